import { PyDict } from './dict.ts';
import { type PyBaseException, typeError } from './exception.ts';
import { PyList } from './list.ts';
import type { Value } from './object.ts';

/** exception.add_note(note). */
export function addNote(exception: PyBaseException, note: Value): void {
  exception.dict ??= new PyDict();
  const notes = exception.dict.getString('__notes__');
  if (notes instanceof PyList) notes.items.push(note);
  else if (notes !== undefined) throw typeError('Cannot add note: __notes__ is not a list');
  else exception.dict.setString('__notes__', new PyList([note]));
}
