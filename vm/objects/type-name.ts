import type { PyType, Value } from './object.ts';

/** `__module__`. */
export function moduleOf(type: PyType): Value {
  if (!type.heap) return type.module;
  return type.attributes.get('__module__') ?? 'builtins';
}

/** `module.qualname`, without 'builtins.'. */
export function qualifiedName(type: PyType): string {
  const module = moduleOf(type);
  return typeof module === 'string' && module !== 'builtins' ? `${module}.${type.qualname}` : type.qualname;
}

/** A type's name as errors give it by %T: without the modules builtins and __main__ (PyType_GetFullyQualifiedName). */
export function fullyQualifiedName(type: PyType): string {
  return moduleOf(type) === '__main__' ? type.qualname : qualifiedName(type);
}
