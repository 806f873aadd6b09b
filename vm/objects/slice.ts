import { PyObject, sliceType, type Value } from './object.ts';

export class PySlice extends PyObject {
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
  constructor(start: Value, stop: Value, step: Value) {
    super(sliceType);
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}
