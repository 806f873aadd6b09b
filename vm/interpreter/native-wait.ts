import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { PyCode } from '../objects/code.ts';
import { PyDict } from '../objects/dict.ts';
import { Frame } from './frame.ts';
import { Opcode } from './opcode.ts';
import { Program } from './program.ts';
import { vm } from './state.ts';

/** A function of no source whose one instruction returns what lies on the stack. */
const code: CodeObject = {
  type: 'code',
  target: '3.14',
  co_argcount: 0,
  co_posonlyargcount: 0,
  co_kwonlyargcount: 0,
  co_nlocals: 0,
  co_stacksize: 1,
  co_flags: 0,
  co_code: new Uint8Array(4),
  co_consts: [],
  co_names: [],
  co_localsplusnames: [],
  co_localspluskinds: new Uint8Array(0),
  co_filename: '<native>',
  co_name: '<wait>',
  co_qualname: '<wait>',
  co_firstlineno: 0,
  co_linetable: new Uint8Array(0),
  co_exceptiontable: new Uint8Array(0),
};

const value = new PyCode(code, []);

const layout = { offsets: Int32Array.of(0, 2), indices: Int32Array.of(0, 1) };
const program = new Program({
  code: value,
  words: Int32Array.of(Opcode.NOP, Opcode.RETURN_VALUE),
  pristine: Uint8Array.of(Opcode.NOP, Opcode.RETURN_VALUE),
  layout,
  findLayout: () => layout,
  consts: [],
  localCount: 0,
  names: [],
  handlers: new Int32Array(0),
  entry: 0,
  blockStack: false,
  suspendedLasti: 0,
});
value.program = program;

const namespace = new PyDict();

/**
 * A frame that stands for native code which waits somewhere below a run loop, so that another run() can run the other
 * threads meanwhile. It is in no traceback and nobody's `f_back`.
 */
export function nativeWaitFrame(): Frame {
  const frame = new Frame(value, program, namespace, namespace, undefined, undefined, vm.frame);
  frame.ip = 1;
  return frame;
}

export function isNativeWait(frame: Frame): boolean {
  return frame.program === program;
}
