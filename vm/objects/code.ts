import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import type { Decoded } from '../interpreter/decode.ts';
import type { Program } from '../interpreter/program.ts';
import { codeType, PyObject, type Value } from './object.ts';

/** Code that is read when it is first needed, and what making a function of it takes. */
export interface CodeSource {
  readonly name: string;
  readonly qualname: string;
  readonly flags: number;
  /** `decoded` where the build has kept it; `consts` are of no kind then (withoutKind of program.ts). */
  read(): { code: CodeObject; consts: Value[]; decoded: Decoded | undefined };
}

/** A code object as a Python value: the compiler's CodeObject, its constants as values, and its Program once decoded. */
export class PyCode extends PyObject {
  readonly name: string;
  readonly qualname: string;
  /** co_flags. */
  readonly flags: number;
  program: Program | undefined = undefined;
  private ownCode: CodeObject | undefined;
  private ownConsts: Value[] | undefined;
  private source: CodeSource | undefined;
  private decoded: Decoded | undefined = undefined;

  constructor(code: CodeObject, consts: Value[]);
  constructor(code: undefined, consts: undefined, source: CodeSource);
  constructor(code: CodeObject | undefined, consts: Value[] | undefined, source?: CodeSource) {
    super(codeType);
    this.name = code === undefined ? source!.name : code.co_name;
    this.qualname = code === undefined ? source!.qualname : code.co_qualname;
    this.flags = code === undefined ? source!.flags : code.co_flags;
    this.ownCode = code;
    this.ownConsts = consts;
    this.source = source;
  }

  get code(): CodeObject {
    if (this.ownCode === undefined) this.read();
    return this.ownCode!;
  }

  get consts(): Value[] {
    if (this.ownConsts === undefined) this.read();
    return this.ownConsts!;
  }

  /** The constants that objects can be found in: none while the code hasn't been read. */
  get readConsts(): readonly Value[] {
    return this.ownConsts ?? [];
  }

  /** What decoding gives, where the build has kept it; given away, since what runs changes it. */
  takeDecoded(): Decoded | undefined {
    if (this.ownCode === undefined) this.read();
    const { decoded } = this;
    this.decoded = undefined;
    return decoded;
  }

  private read(): void {
    const { code, consts, decoded } = this.source!.read();
    this.decoded = decoded;
    this.ownCode = code;
    this.ownConsts = consts;
    this.source = undefined;
  }
}
