import { ComplexConstant, type Constant, FloatConstant } from '../bytecode/constants.ts';

/** sys.int_info.default_max_str_digits */
const maxDigits = 4300;

/**
 * The value of the number literal text[start:end], or a message where CPython refuses its size. As _PyPegen_number_token
 * and parsenumber (Parser/pegen.c, 3.14).
 */
export function parseNumber(text: string, start: number, end: number): Constant {
  if (end - start === 1) return text.charCodeAt(start) - 48;
  let literal = text.slice(start, end);
  if (literal.includes('_')) literal = literal.replaceAll('_', '');
  const last = literal.charCodeAt(literal.length - 1) | 32;
  if (literal.charCodeAt(0) === 48 && literal.length > 1) {
    const base = literal.charCodeAt(1) | 32;
    if (base === 120 || base === 111 || base === 98) return integer(literal, 16);
  }
  if (last === 106) return new ComplexConstant(0, Number(literal.slice(0, -1)));
  for (let i = 0; i < literal.length; i++) {
    const c = literal.charCodeAt(i);
    if (c < 48 || c > 57) return new FloatConstant(Number(literal));
  }
  if (literal.length > maxDigits) {
    return `Exceeds the limit (${maxDigits} digits) for integer string conversion: value has ${literal.length} digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.`;
  }
  return integer(literal, 15);
}

/** A literal of at most `exact` characters is a safe integer in every base. */
function integer(literal: string, exact: number): number | bigint {
  if (literal.length <= exact - 3) return Number(literal);
  const value = BigInt(literal);
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
