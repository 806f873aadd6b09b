import { cellType, PyObject, type Slot } from './object.ts';

/** A variable shared between a function and its closures. */
export class PyCell extends PyObject {
  contents: Slot;
  constructor(contents: Slot) {
    super(cellType);
    this.contents = contents;
  }
}
