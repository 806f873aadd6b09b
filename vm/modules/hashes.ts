import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { sha3_224, sha3_256, sha3_384, sha3_512, shake128, shake256 } from '@noble/hashes/sha3.js';
import { bind } from '../objects/bind.ts';
import { PyBytes } from '../objects/bytes.ts';
import { type Declaration, defineType, type ModuleDefinition, type TypeDefinition } from '../objects/define.ts';
import { typeError, valueError } from '../objects/exception.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { index } from '../operations/arithmetic.ts';
import { hex } from '../text/byte-strings.ts';
import { bytesOf } from './io/base.ts';

/** The part of a hash of @noble/hashes that is used here. */
interface Digester {
  readonly blockLen: number;
  readonly outputLen: number;
  update(data: Uint8Array): unknown;
  digest(): Uint8Array;
  clone(): Digester;
}

interface Extendable extends Digester {
  xof(length: number): Uint8Array;
}

class Hash extends PyObject {
  name = '';
  state!: Digester;
}

function dataOf(value: Value): Uint8Array {
  if (stringOf(value) !== undefined) throw typeError('Strings must be encoded before hashing');
  return bytesOf(value);
}

function newHash(type: PyType, name: string, state: Digester, data: Slot): Hash {
  const self = new Hash(type);
  self.name = name;
  self.state = state;
  if (data !== undefined) state.update(dataOf(data));
  return self;
}

const digest = (self: Hash): Uint8Array => self.state.clone().digest();

function lengthArgument(value: Value): number {
  const length = index(value);
  if (length < 0) throw valueError('value must be positive');
  if (length >= 2 ** 29) throw valueError('digest length is too large');
  return Number(length);
}

/** A shake's digest is as long as one asks. */
const extended = (self: Hash, length: Value): Uint8Array =>
  (self.state.clone() as Extendable).xof(lengthArgument(length));

const common: Record<string, Declaration> = {
  update: [
    '($self, obj, /)',
    (self: Hash, data: Value) => {
      self.state.update(dataOf(data));
    },
  ],
  copy: ['($self, /)', (self: Hash) => newHash(self.type, self.name, self.state.clone(), undefined)],
};

const fixed: Record<string, Declaration> = {
  ...common,
  digest: ['($self, /)', (self: Hash) => new PyBytes(digest(self))],
  hexdigest: ['($self, /)', (self: Hash) => hex(digest(self))],
};

const extendable: Record<string, Declaration> = {
  ...common,
  digest: ['($self, length, /)', (self: Hash, length: Value) => new PyBytes(extended(self, length))],
  hexdigest: ['($self, length, /)', (self: Hash, length: Value) => hex(extended(self, length))],
};

function hashType(name: string, module: string, definition: TypeDefinition = {}): PyType {
  const type = newType(`${module}.${name}`);
  return defineType(type, {
    module,
    subclassable: false,
    methods: fixed,
    getset: {
      name: [(self: Hash) => self.name],
      digest_size: [(self: Hash) => (definition.methods === extendable ? 0 : self.state.outputLen)],
      block_size: [(self: Hash) => self.state.blockLen],
    },
    ...definition,
  });
}

/** A module's function that makes a hash. */
function maker(name: string, type: PyType, create: () => unknown): Declaration {
  return [
    "($module, data=b'', *, usedforsecurity=True, string=None)",
    (data: Slot, _usedForSecurity: Slot, string: Slot) => {
      if (data !== undefined && string !== undefined) {
        throw typeError(
          "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        );
      }
      return newHash(type, name, create() as Digester, data ?? string);
    },
  ];
}

const md5Type = hashType('md5', '_md5');
const sha1Type = hashType('sha1', '_sha1');
const sha224Type = hashType('SHA224Type', '_sha2');
const sha256Type = hashType('SHA256Type', '_sha2');
const sha384Type = hashType('SHA384Type', '_sha2');
const sha512Type = hashType('SHA512Type', '_sha2');

export const md5Module: ModuleDefinition = {
  name: '_md5',
  functions: { md5: maker('md5', md5Type, md5.create) },
  attributes: { MD5Type: md5Type },
};

export const sha1Module: ModuleDefinition = {
  name: '_sha1',
  functions: { sha1: maker('sha1', sha1Type, sha1.create) },
  attributes: { SHA1Type: sha1Type },
};

export const sha2Module: ModuleDefinition = {
  name: '_sha2',
  functions: {
    sha224: maker('sha224', sha224Type, sha224.create),
    sha256: maker('sha256', sha256Type, sha256.create),
    sha384: maker('sha384', sha384Type, sha384.create),
    sha512: maker('sha512', sha512Type, sha512.create),
  },
  attributes: { SHA224Type: sha224Type, SHA256Type: sha256Type, SHA384Type: sha384Type, SHA512Type: sha512Type },
};

/** Types of _sha3 and _blake2 are called themselves. */
function callable(name: string, module: string, create: () => unknown, methods = fixed): PyType {
  const type: PyType = hashType(name, module, {
    methods,
    tp_new: (made: PyType, args: Value[], kwNames: KwNames) => {
      const [data] = bind(name, "(data=b'', *, usedforsecurity=True, string=None)", args, kwNames);
      return newHash(made, name, create() as Digester, data);
    },
  });
  return type;
}

export const sha3Module: ModuleDefinition = {
  name: '_sha3',
  attributes: {
    sha3_224: callable('sha3_224', '_sha3', sha3_224.create),
    sha3_256: callable('sha3_256', '_sha3', sha3_256.create),
    sha3_384: callable('sha3_384', '_sha3', sha3_384.create),
    sha3_512: callable('sha3_512', '_sha3', sha3_512.create),
    shake_128: callable('shake_128', '_sha3', shake128.create, extendable),
    shake_256: callable('shake_256', '_sha3', shake256.create, extendable),
    implementation: 'generic',
  },
};

const BLAKE_SIGNATURE =
  "(data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)";

function blake(
  name: string,
  create: typeof blake2b.create | typeof blake2s.create,
  most: number,
  extra: number,
): PyType {
  return hashType(name, '_blake2', {
    attributes: { MAX_DIGEST_SIZE: most, MAX_KEY_SIZE: most, SALT_SIZE: extra, PERSON_SIZE: extra },
    tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
      const [data, size, key, salt, person, ...tree] = bind(name, BLAKE_SIGNATURE, args, kwNames);
      if (tree.slice(0, 7).some((option) => option !== undefined)) {
        throw valueError(`${name}: tree hashing is not supported`);
      }
      const dkLen = size === undefined ? most : Number(index(size));
      if (dkLen <= 0 || dkLen > most)
        throw valueError(
          `digest_size for ${name[0].toUpperCase()}${name.slice(1)} must be between 1 and ${most} bytes, here it is ${dkLen}`,
        );
      const part = (value: Slot, what: string, length: number): Uint8Array | undefined => {
        if (value === undefined) return undefined;
        const bytes = bytesOf(value);
        if (bytes.length > length) throw valueError(`maximum ${what} length is ${length} bytes`);
        if (bytes.length === 0) return undefined;
        if (what === 'key') return bytes;
        const whole = new Uint8Array(length);
        whole.set(bytes);
        return whole;
      };
      const options = {
        dkLen,
        key: part(key, 'key', most),
        salt: part(salt, 'salt', extra),
        personalization: part(person, 'person', extra),
      };
      return newHash(type, name, create(options) as unknown as Digester, data);
    },
  });
}

export const blake2Module: ModuleDefinition = {
  name: '_blake2',
  attributes: { blake2b: blake('blake2b', blake2b.create, 64, 16), blake2s: blake('blake2s', blake2s.create, 32, 8) },
};
