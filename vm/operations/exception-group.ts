import { vm } from '../interpreter/state.ts';
import { addTraceback } from '../interpreter/unwind.ts';
import { baseExceptionGroupType, baseExceptionType, PyBaseException, typeError } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import { PyType, typeOf, type Value } from '../objects/object.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import { callMethod, instanceDict } from './attribute.ts';
import { call } from './call.ts';
import { isTrue } from './truth.ts';

/** The exceptions directly in a group. */
export function groupMembers(group: PyBaseException): readonly PyBaseException[] {
  return (group.members!['exceptions'] as PyTuple).items as PyBaseException[];
}

function isGroup(value: Value): value is PyBaseException {
  return value instanceof PyBaseException && value.type.isSubtype(baseExceptionGroupType);
}

function matches(exception: PyBaseException, pattern: Value): boolean {
  if (pattern instanceof PyType && pattern.isSubtype(baseExceptionType)) return exception.type.isSubtype(pattern);
  if (pattern instanceof PyTuple) {
    return pattern.items.some((item) => matches(exception, item));
  }
  if (typeOf(pattern).tp_call !== undefined && !(pattern instanceof PyType)) return isTrue(call(pattern, exception));
  throw typeError('expected an exception type, a tuple of exception types, or a callable (other than a class)');
}

/** A group like `group` of these exceptions, by its derive(); null of none. */
function derived(group: PyBaseException, list: PyBaseException[]): PyBaseException | null {
  if (list.length === 0) return null;
  const made = callMethod(group, 'derive', new PyList(list));
  if (!isGroup(made)) throw typeError('derive must return an instance of BaseExceptionGroup');
  made.traceback = group.traceback;
  made.context = group.context;
  made.cause = group.cause;
  made.suppressContext = group.suppressContext;
  const notes = group.dict?.getString('__notes__');
  if (notes instanceof PyList) instanceDict(made).setString('__notes__', new PyList(notes.items.slice()));
  return made;
}

/** Splits an exception or group by a pattern into what matches and the rest, null where there is none (exceptiongroup_split_recursive). */
export function splitGroup(
  exception: PyBaseException,
  pattern: Value,
): [match: PyBaseException | null, rest: PyBaseException | null] {
  if (matches(exception, pattern)) return [exception, null];
  if (!isGroup(exception)) return [null, exception];
  const match: PyBaseException[] = [];
  const rest: PyBaseException[] = [];
  for (const item of groupMembers(exception)) {
    const [itemMatch, itemRest] = splitGroup(item, pattern);
    if (itemMatch !== null) match.push(itemMatch);
    if (itemRest !== null) rest.push(itemRest);
  }
  return [derived(exception, match), derived(exception, rest)];
}

/** `except* pattern`: a plain exception that matches is wrapped in a group (_PyEval_ExceptionGroupMatch). */
export function matchGroup(
  exception: PyBaseException,
  pattern: Value,
): [match: PyBaseException | null, rest: PyBaseException | null] {
  if (exception === null) return [null, null];
  if (!isGroup(exception) && vm.frame !== undefined && matches(exception, pattern)) {
    const wrapped = call(baseExceptionGroupType, '', tupleOf([exception])) as PyBaseException;
    addTraceback(wrapped, vm.frame);
    return [wrapped, null];
  }
  return splitGroup(exception, pattern);
}

/**
 * PREP_RERAISE_STAR: what goes on after all `except*` clauses, null when nothing does (_PyExc_PrepReraiseStar). What the clauses raised anew
 * stands beside what they raised again or left alone, which goes back into the structure of the original.
 */
export function prepareReraise(original: PyBaseException, results: PyList): Value {
  const exceptions = results.items.filter((item): item is PyBaseException => item instanceof PyBaseException);
  // A plain exception was wrapped for the one clause that took it: there is one exception at most.
  if (!isGroup(original)) return exceptions[0] ?? null;
  const raised = exceptions.filter((item) => !isPartOf(item, original));
  const reraised = exceptions.filter((item) => isPartOf(item, original));
  const kept = reraised.length === 0 ? null : projection(original, reraised);
  if (kept !== null) raised.push(kept);
  return raised.length > 1 ? call(baseExceptionGroupType, '', new PyList(raised)) : (raised[0] ?? null);
}

/** Whether an exception came of splitting the other: it has its traceback, cause and context then (is_same_exception_metadata). */
function isPartOf(exception: PyBaseException, original: PyBaseException): boolean {
  return (
    exception.traceback === original.traceback &&
    exception.cause === original.cause &&
    exception.context === original.context
  );
}

function leaves(exception: PyBaseException, into: Set<PyBaseException>): void {
  if (isGroup(exception)) for (const item of groupMembers(exception)) leaves(item, into);
  else into.add(exception);
}

/** The part of `original` whose leaves are in `kept`, with its structure (_PyEval_... exception_group_projection). */
function projection(original: PyBaseException, kept: readonly PyBaseException[]): PyBaseException | null {
  const wanted = new Set<PyBaseException>();
  for (const item of kept) leaves(item, wanted);
  const project = (exception: PyBaseException): PyBaseException | null => {
    if (!isGroup(exception)) return wanted.has(exception) ? exception : null;
    const parts = groupMembers(exception).map(project);
    return derived(
      exception,
      parts.filter((part): part is PyBaseException => part !== null),
    );
  };
  return project(original);
}
