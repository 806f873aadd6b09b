import { type Complex, divideComplex } from '../numbers/complex.ts';
import * as functions from '../numbers/complex-functions.ts';
import { PyComplex } from '../objects/complex.ts';
import type { Declaration, ModuleDefinition } from '../objects/define.ts';
import { valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { toComplexValue, toFloatValue } from '../objects/number-types.ts';
import type { Slot, Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';

const made = ({ real, imag }: Complex): PyComplex => new PyComplex(real, imag);

const unary = (compute: (z: Complex) => Complex): Declaration => [
  '($module, z, /)',
  (z: Value) => made(compute(toComplexValue(z))),
];

const test = (check: (x: number) => boolean, both: boolean): Declaration => [
  '($module, z, /)',
  (value: Value) => {
    const { real, imag } = toComplexValue(value);
    return both ? check(real) && check(imag) : check(real) || check(imag);
  },
];

const isInfinite = (x: number): boolean => x === Infinity || x === -Infinity;

function log(value: Value, base: Slot): Value {
  const numerator = functions.complexLog(toComplexValue(value));
  if (base === undefined) return made(numerator);
  const denominator = functions.complexLog(toComplexValue(base));
  if (denominator.real === 0 && denominator.imag === 0) throw valueError('math domain error');
  return made(divideComplex(numerator, denominator));
}

function isClose(left: Value, right: Value, relative: Slot, absolute: Slot): Value {
  const a = toComplexValue(left);
  const b = toComplexValue(right);
  const rel = relative === undefined ? 1e-9 : toFloatValue(relative);
  const abs = absolute === undefined ? 0 : toFloatValue(absolute);
  if (rel < 0 || abs < 0) throw valueError('tolerances must be non-negative');
  if (a.real === b.real && a.imag === b.imag) return true;
  if (isInfinite(a.real) || isInfinite(a.imag) || isInfinite(b.real) || isInfinite(b.imag)) return false;
  const size = (z: Complex): number => Math.hypot(z.real, z.imag);
  const difference = size({ real: a.real - b.real, imag: a.imag - b.imag });
  return difference <= rel * size(b) || difference <= rel * size(a) || difference <= abs;
}

const phase = ({ real, imag }: Complex): PyFloat => new PyFloat(Math.atan2(imag, real));

/** CPython 3.14's Modules/cmathmodule.c. */
export const cmath: ModuleDefinition = {
  name: 'cmath',
  doc: 'This module provides access to mathematical functions for complex\nnumbers.',
  functions: {
    acos: unary(functions.complexAcos),
    acosh: unary(functions.complexAcosh),
    asin: unary(functions.complexAsin),
    asinh: unary(functions.complexAsinh),
    atan: unary(functions.complexAtan),
    atanh: unary(functions.complexAtanh),
    cos: unary(functions.complexCos),
    cosh: unary(functions.complexCosh),
    exp: unary(functions.complexExp),
    isclose: ['($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)', isClose],
    isfinite: test(Number.isFinite, true),
    isinf: test(isInfinite, false),
    isnan: test(Number.isNaN, false),
    log: ['($module, z, base=<unrepresentable>, /)', log],
    log10: unary(functions.complexLog10),
    phase: ['($module, z, /)', (z: Value) => phase(toComplexValue(z))],
    polar: [
      '($module, z, /)',
      (value: Value) => {
        const z = toComplexValue(value);
        return tupleOf([new PyFloat(functions.complexSize(z)), phase(z)]);
      },
    ],
    rect: [
      '($module, r, phi, /)',
      (r: Value, phi: Value) => made(functions.complexRect(toFloatValue(r), toFloatValue(phi))),
    ],
    sin: unary(functions.complexSin),
    sinh: unary(functions.complexSinh),
    sqrt: unary(functions.complexSqrt),
    tan: unary(functions.complexTan),
    tanh: unary(functions.complexTanh),
  },
  attributes: {
    pi: new PyFloat(Math.PI),
    e: new PyFloat(Math.E),
    tau: new PyFloat(2 * Math.PI),
    inf: new PyFloat(Infinity),
    infj: new PyComplex(0, Infinity),
    nan: new PyFloat(NaN),
    nanj: new PyComplex(0, NaN),
  },
};
