import type { Frame } from '../interpreter/frame.ts';
import { PyObject, tracebackType } from './object.ts';

/** One level of a traceback. `lasti` is a byte offset, as tb_lasti. */
export class PyTraceback extends PyObject {
  next: PyTraceback | null;
  readonly frame: Frame;
  readonly lasti: number;
  lineno: number | null;
  constructor(next: PyTraceback | null, frame: Frame, lasti: number, lineno: number | null) {
    super(tracebackType);
    this.next = next;
    this.frame = frame;
    this.lasti = lasti;
    this.lineno = lineno;
  }
}
