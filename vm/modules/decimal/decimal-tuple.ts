import { vm } from '../../interpreter/state.ts';
import * as arithmetic from '../../numbers/decimal.ts';
import { type Decimal, Kind } from '../../numbers/decimal.ts';
import { digitsOf } from '../../numbers/decimal-text.ts';
import type { PyDict } from '../../objects/dict.ts';
import { PyList } from '../../objects/list.ts';
import type { Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { call, callWith } from '../../operations/call.ts';

addRoot(() => tupleClass);

let tupleClass: Value | undefined;
export const decimalTuple = (): Value => {
  tupleClass ??= callWith(
    callMethodOfCollections('namedtuple'),
    ['DecimalTuple', new PyList(['sign', 'digits', 'exponent']), 'decimal'],
    ['module'],
  );
  return tupleClass;
};
const callMethodOfCollections = (name: string): Value =>
  (vm.importModule('collections') as unknown as { dict: PyDict }).dict.getString(name) as Value;

export function asTuple(x: Decimal): Value {
  const sign = x.negative ? 1 : 0;
  if (x.kind === Kind.INFINITE) return call(decimalTuple(), sign, tupleOf([0]), 'F');
  if (arithmetic.isNaNDecimal(x)) {
    const payload = x.coefficient === 0n ? [] : digitsOf(x);
    return call(decimalTuple(), sign, tupleOf(payload), x.kind === Kind.SIGNALING_NAN ? 'N' : 'n');
  }
  return call(decimalTuple(), sign, tupleOf(digitsOf(x)), x.exponent);
}
