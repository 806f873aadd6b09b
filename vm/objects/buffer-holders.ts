import type { Frame } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import { PyMemoryView } from './memoryview.ts';
import type { PyObject } from './object.ts';

/**
 * Whether a variable of a running function or its module holds a memoryview of this object. Without reference counts nobody
 * tells when a view is dropped, as `bytes(memoryview(buffer)[:n])` does: what no variable holds counts as dropped.
 */
export function isViewedByVariable(object: PyObject): boolean {
  const isView = (value: unknown): boolean => value instanceof PyMemoryView && value.lease?.object === object;
  const seen = new Set<Frame['globals']>();
  for (let frame = vm.frame; frame !== undefined; frame = frame.back) {
    for (let i = 0; i < frame.program.localCount; i++) if (isView(frame.stack[i])) return true;
    if (seen.has(frame.globals)) continue;
    seen.add(frame.globals);
    for (const value of frame.globals.valueList()) if (isView(value)) return true;
  }
  return false;
}
