import { vm } from '../interpreter/state.ts';
import { MersenneTwister } from '../numbers/mersenne-twister.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { typeError, valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { integerOf, isInt } from '../objects/int.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, type Value } from '../objects/object.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { hashOf } from '../operations/hash.ts';

const randomType = newType('_random.Random');

class Random extends PyObject {
  readonly generator = new MersenneTwister();
}

/** The 32-bit words of an int's absolute value, the lowest first; at least one. */
function wordsOf(value: number | bigint): Uint32Array {
  const hex = (value < 0 ? -BigInt(value) : BigInt(value)).toString(16);
  const words = new Uint32Array(Math.max(1, Math.ceil(hex.length / 8)));
  for (let i = 0; i < words.length; i++) {
    const end = hex.length - 8 * i;
    words[i] = Number.parseInt(hex.substring(Math.max(0, end - 8), end), 16);
  }
  return words;
}

/** random_seed: an int seeds by its size, all else by its hash, None by chance. */
function seed(self: Random, given: Slot): void {
  if (given === undefined || given === null) {
    const bytes = vm.host.randomBytes(4 * 624);
    self.generator.seed(new Uint32Array(bytes.slice().buffer));
    return;
  }
  const integer = isInt(given) ? integerOf(given) : undefined;
  // A hash is taken as 64 bits without a sign.
  self.generator.seed(wordsOf(integer ?? BigInt.asUintN(64, BigInt(hashOf(given)))));
}

function setState(self: Random, state: Value): void {
  if (!(state instanceof PyTuple)) throw typeError('state vector must be a tuple');
  if (state.items.length !== 625) throw valueError('state vector is the wrong size');
  const numbers = state.items.map((item) => Number(index(item)));
  const at = numbers[624];
  if (at < 0 || at > 624) throw valueError('invalid state');
  self.generator.state.set(numbers.slice(0, 624));
  self.generator.index = at;
}

function getRandBits(self: Random, count: Value): Value {
  const bits = index(count);
  if (bits < 0) throw valueError('Cannot convert negative int');
  return self.generator.nextBits(Number(bits));
}

defineType(randomType, {
  module: '_random',
  doc: 'Random() -> create a random number generator with its own internal state.',
  allocate: (type: PyType) => new Random(type),
  tp_new: (type: PyType) => {
    const self = type.allocate(type) as Random;
    return self;
  },
  tp_init: (self: Random, args: Value[], kwNames: KwNames) => {
    const positional = args.length - (kwNames?.length ?? 0);
    if (positional > 1) throw typeError(`Random() expected at most 1 argument, got ${positional}`);
    seed(self, args[0]);
  },
  methods: {
    random: ['($self, /)', (self: Random) => new PyFloat(self.generator.nextFloat())],
    seed: ['($self, n=None, /)', seed],
    getstate: ['($self, /)', (self: Random) => tupleOf([...self.generator.state, self.generator.index])],
    setstate: ['($self, state, /)', setState],
    getrandbits: ['($self, k, /)', getRandBits],
  },
});

/** CPython 3.14's Modules/_randommodule.c. */
export const random: ModuleDefinition = {
  name: '_random',
  doc: 'Module implements the Mersenne Twister random number generator.',
  attributes: { Random: randomType },
};
