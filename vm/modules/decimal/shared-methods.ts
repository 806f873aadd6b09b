import type { Declaration } from '../../objects/define.ts';
import type { Slot, Value } from '../../objects/object.ts';
import type { PyContext, PyDecimal } from './context.ts';
import { decimalArgument, made, required } from './convert.ts';
import { contextOf, defaultContext } from './current-context.ts';
import { binaryOperations, tests, unaryOperations } from './operations.ts';

/** The methods that Decimal has with an optional context, and Context with the numbers as arguments. */
function sharedMethods(): { ofDecimal: Record<string, Declaration>; ofContext: Record<string, Declaration> } {
  const ofDecimal: Record<string, Declaration> = {};
  const ofContext: Record<string, Declaration> = {};
  for (const [name, compute] of Object.entries(unaryOperations)) {
    ofDecimal[name] = [
      '($self, /, context=None)',
      (self: PyDecimal, context: Slot) => made(contextOf(context).run((own) => compute(self.value, own))),
    ];
    ofContext[name] = [
      '($self, x, /)',
      (self: PyContext, x: Value) => made(self.run((own) => compute(required(x), own))),
    ];
  }
  for (const [name, compute] of Object.entries(binaryOperations)) {
    ofDecimal[name] = [
      '($self, /, other, context=None)',
      (self: PyDecimal, other: Value, context: Slot) =>
        made(contextOf(context).run((own) => compute(self.value, required(other), own))),
    ];
    ofContext[name] = [
      '($self, x, y, /)',
      (self: PyContext, x: Value, y: Value) => made(self.run((own) => compute(required(x), required(y), own))),
    ];
  }
  for (const [name, test] of Object.entries(tests)) {
    const takesContext = name === 'is_normal' || name === 'is_subnormal';
    ofDecimal[name] = [
      takesContext ? '($self, /, context=None)' : '($self, /)',
      (self: PyDecimal, context: Slot) => test(self.value, takesContext ? contextOf(context) : defaultContext),
    ];
    const argument = name === 'is_canonical' ? (x: Value) => decimalArgument(x).value : required;
    ofContext[name] = ['($self, x, /)', (self: PyContext, x: Value) => test(argument(x), self)];
  }
  return { ofDecimal, ofContext };
}

export const shared = sharedMethods();
