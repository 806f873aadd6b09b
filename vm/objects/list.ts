import { listType, PyObject, type PyType, type Value } from './object.ts';

export class PyList extends PyObject {
  items: Value[];
  constructor(items: Value[], type: PyType = listType) {
    super(type);
    this.items = items;
  }
}
