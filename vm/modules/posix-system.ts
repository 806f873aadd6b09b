import { vm } from '../interpreter/state.ts';
import { PyDict } from '../objects/dict.ts';
import { valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import type { Value } from '../objects/object.ts';
import { newOSError } from '../objects/os-error.ts';
import { stringOf } from '../objects/str.ts';
import { structSequence, structSequenceOf } from '../objects/struct-sequence.ts';
import { index } from '../operations/arithmetic.ts';
import { errorMessage } from './errno.ts';

// What os tells of the machine and the process.

export const timesResult = structSequence('posix.times_result', [
  'user',
  'system',
  'children_user',
  'children_system',
  'elapsed',
]);

export function processTimes(): Value {
  const user = new PyFloat(Number(vm.host.processTime()) / 1e9);
  const elapsed = new PyFloat(Number(vm.host.monotonic()) / 1e9);
  const none = new PyFloat(0);
  return structSequenceOf(timesResult, [user, none, none, none, elapsed]);
}

/** What sysconf() knows, with Linux's numbers. */
const configuration: readonly { name: string; number: number; value: number }[] = [
  { name: 'SC_CLK_TCK', number: 2, value: 100 },
  { name: 'SC_OPEN_MAX', number: 4, value: 1024 },
  { name: 'SC_PAGESIZE', number: 30, value: 4096 },
  { name: 'SC_PAGE_SIZE', number: 30, value: 4096 },
  { name: 'SC_NPROCESSORS_CONF', number: 83, value: 1 },
  { name: 'SC_NPROCESSORS_ONLN', number: 84, value: 1 },
];

export function systemConfiguration(name: Value): Value {
  const text = stringOf(name);
  const found = configuration.find((each) => (text === undefined ? each.number === index(name) : each.name === text));
  if (found !== undefined) return found.value;
  if (text !== undefined) throw valueError('unrecognized configuration name');
  throw newOSError(22, errorMessage(22));
}

/** os.sysconf_names. */
export function configurationNames(): PyDict {
  const dict = new PyDict();
  for (const { name, number } of configuration) dict.setString(name, number);
  return dict;
}
