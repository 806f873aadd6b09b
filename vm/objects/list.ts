import { inheritPyObject, listType, type PyObject, type PyType, type Value } from './object.ts';

export class PyList implements PyObject {
  type: PyType;
  items: Value[];
  constructor(items: Value[], type: PyType = listType) {
    this.type = type;
    this.items = items;
  }
}

inheritPyObject(PyList);
