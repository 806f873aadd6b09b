import { type Integer, multiply, normalize } from './integer.ts';

/** The product low * (low+1) * … * high, halved again and again so that factors stay of one size. */
function productOf(low: number, high: number): bigint {
  if (high - low < 16) {
    let product = BigInt(low);
    for (let i = low + 1; i <= high; i++) product *= BigInt(i);
    return product;
  }
  const middle = (low + high) >> 1;
  return productOf(low, middle) * productOf(middle + 1, high);
}

/** n! for a whole number that isn't negative. */
export function factorial(n: number): Integer {
  return n < 2 ? 1 : normalize(productOf(2, n));
}

/** n! / (n-k)!, for 0 <= k <= n. */
export function permutations(n: Integer, k: number): Integer {
  if (k === 0) return 1;
  if (typeof n === 'number') return normalize(productOf(n - k + 1, n));
  let product: Integer = 1;
  for (let i = 0; i < k; i++) product = multiply(product, n - BigInt(i));
  return product;
}

/** n! / (k! (n-k)!), for 0 <= k <= n. */
export function combinations(n: Integer, k: number): Integer {
  if (k === 0) return 1;
  const big = BigInt(permutations(n, k));
  return normalize(big / productOf(1, k));
}
