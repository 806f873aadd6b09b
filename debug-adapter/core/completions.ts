import { localVariables } from '../../vm/interpreter/debugging.ts';
import type { Frame } from '../../vm/interpreter/frame.ts';
import { PyDict } from '../../vm/objects/dict.ts';
import { PyModule } from '../../vm/objects/module.ts';
import { PyInstance, PyType, type Slot, typeOf, type Value } from '../../vm/objects/object.ts';
import { lookupTypeAttribute } from '../../vm/operations/attribute.ts';
import type { Evaluator } from './evaluate.ts';
import type { Completion } from './model.ts';

const keywords = (
  'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
  'import in is lambda nonlocal not or pass raise return try while with yield'
).split(' ');

/** Names that may follow at the cursor: attributes after a dot, else what the frame can see, and keywords. */
export function completions(
  text: string,
  cursor: number,
  frame: Frame | undefined,
  globals: PyDict,
  builtins: PyDict | undefined,
  evaluator: Evaluator,
): Completion[] {
  const before = text.slice(0, cursor);
  const word = /[\p{L}\p{N}_]*$/u.exec(before)![0];
  const owner = /([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*)\.$/u.exec(
    before.slice(0, before.length - word.length),
  );
  const found = new Map<string, Completion['kind']>();
  if (owner !== null) {
    // Only a path of names is looked up: calls might do something.
    for (const [name, value] of attributeNames(evaluator.evaluate(owner[1], frame)))
      found.set(name, kindOf(value, true));
  } else if (!before.slice(0, before.length - word.length).endsWith('.')) {
    const add = (name: Value, value: Slot) => {
      if (typeof name === 'string' && !found.has(name)) found.set(name, kindOf(value, false));
    };
    if (frame !== undefined) {
      if (frame.locals instanceof PyDict) for (const [name, value] of frame.locals.entries()) add(name, value);
      else for (const { name, value } of localVariables(frame)) if (value !== undefined) add(name, value);
    }
    for (const [name, value] of globals.entries()) add(name, value);
    if (builtins !== undefined) for (const [name, value] of builtins.entries()) add(name, value);
    for (const keyword of keywords) found.set(keyword, 'keyword');
  }
  return [...found]
    .filter(([name]) => name.startsWith(word) && (word !== '' || !name.startsWith('_')))
    .map(([label, kind]) => ({ label, kind, replaces: word.length }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** What dir() lists of a value, without calling its __dir__ or any property. */
function attributeNames(value: Value): Map<string, Slot> {
  const names = new Map<string, Slot>();
  const add = (name: string, found: Slot) => {
    if (!names.has(name)) names.set(name, found);
  };
  if (value instanceof PyType) {
    for (const type of value.mro)
      for (const name of type.attributes.keys()) add(name, lookupTypeAttribute(value, name));
    return names;
  }
  if (typeof value === 'object' && value !== null) {
    if (value instanceof PyInstance && value.shape !== undefined) {
      value.shape.names.forEach((name, index) => {
        add(name, value.values[index]);
      });
    }
    for (const [name, found] of value.dict?.entries() ?? []) if (typeof name === 'string') add(name, found);
    if (value instanceof PyModule) return names;
  }
  for (const type of typeOf(value).mro) for (const [name, found] of type.attributes) add(name, found);
  return names;
}

function kindOf(value: Slot, isAttribute: boolean): Completion['kind'] {
  if (value instanceof PyType) return 'class';
  if (value instanceof PyModule) return 'module';
  if (value !== undefined && typeOf(value).tp_call !== undefined) return isAttribute ? 'method' : 'function';
  if (value !== undefined && typeOf(value).tp_name.endsWith('descriptor')) return 'method';
  return isAttribute ? 'property' : 'variable';
}
