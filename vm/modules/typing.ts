import type { ModuleDefinition } from '../objects/define.ts';
import { unionType } from '../objects/generic-types.ts';
import type { Value } from '../objects/object.ts';
import {
  genericType,
  NoDefault,
  paramSpecArgsType,
  paramSpecKwargsType,
  paramSpecType,
  typeAliasType,
  typeVarTupleType,
  typeVarType,
} from '../objects/type-parameters.ts';

/** CPython 3.14's Modules/_typingmodule.c. */
export const typing = (): ModuleDefinition => ({
  name: '_typing',
  doc: 'Primitives and accelerators for the typing module.',
  functions: { _idfunc: ['(x, /)', (value: Value) => value] },
  attributes: {
    Generic: genericType,
    NoDefault,
    ParamSpec: paramSpecType,
    ParamSpecArgs: paramSpecArgsType,
    ParamSpecKwargs: paramSpecKwargsType,
    TypeAliasType: typeAliasType,
    TypeVar: typeVarType,
    TypeVarTuple: typeVarTupleType,
    Union: unionType,
  },
});
