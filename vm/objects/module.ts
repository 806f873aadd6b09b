import { PyDict } from './dict.ts';
import { moduleType, PyObject, type PyType, type Value } from './object.ts';

/** A module; its namespace is `dict`. */
export class PyModule extends PyObject {
  override dict: PyDict = new PyDict();
  constructor(type: PyType = moduleType) {
    super(type);
  }
}

/** A module with `__name__` and its companions set, as PyModule_New sets them. */
export function newModule(name: string, doc: Value = null): PyModule {
  const module = new PyModule();
  const { dict } = module;
  dict.setString('__name__', name);
  dict.setString('__doc__', doc);
  dict.setString('__package__', null);
  dict.setString('__loader__', null);
  dict.setString('__spec__', null);
  return module;
}
