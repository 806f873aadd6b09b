import { defineModule } from '../objects/define.ts';
import { newException, notImplementedErrorType, valueError } from '../objects/exception.ts';
import type { PyModule } from '../objects/module.ts';
import { objectType, PyObject, type Value } from '../objects/object.ts';
import { index } from '../operations/arithmetic.ts';
import { repr } from '../operations/text.ts';

/** The events, in CPython 3.14's order; each is a bit. */
export const monitoringEvents: readonly string[] =
  'PY_START PY_RESUME PY_RETURN PY_YIELD CALL LINE INSTRUCTION JUMP BRANCH_LEFT BRANCH_RIGHT STOP_ITERATION RAISE EXCEPTION_HANDLED PY_UNWIND PY_THROW RERAISE C_RETURN C_RAISE BRANCH'.split(
    ' ',
  );

const TOOLS = 8;

/**
 * sys.monitoring of CPython 3.14 (Python/instrumentation.c): tools can be named and callbacks kept, but no events are sent, so
 * asking for some is refused.
 */
export function makeMonitoring(events: Value): PyModule {
  const names: (Value | undefined)[] = [];
  const callbacks = new Map<string, Value>();
  const toolOf = (value: Value): number => {
    const tool = Number(index(value));
    if (tool < 0 || tool >= TOOLS) throw valueError(`invalid tool ${tool} (must be between 0 and ${TOOLS - 1})`);
    return tool;
  };
  const inUse = (value: Value): number => {
    const tool = toolOf(value);
    if (names[tool] === undefined) throw valueError(`tool ${tool} is not in use`);
    return tool;
  };
  const noEvents = (id: Value): Value => {
    inUse(id);
    return 0;
  };
  const refuseEvents = (set: Value): void => {
    if (index(set) === 0) return;
    throw newException(notImplementedErrorType, 'sys.monitoring sends no events here: use the debugger');
  };
  return defineModule({
    name: 'sys.monitoring',
    functions: {
      use_tool_id: [
        '($module, tool_id, name, /)',
        (id: Value, name: Value) => {
          const tool = toolOf(id);
          if (typeof name !== 'string') throw valueError('tool name must be a str');
          if (names[tool] !== undefined) throw valueError(`tool ${tool} is already in use`);
          names[tool] = name;
        },
      ],
      clear_tool_id: ['($module, tool_id, /)', (id: Value) => void toolOf(id)],
      free_tool_id: [
        '($module, tool_id, /)',
        (id: Value) => {
          names[toolOf(id)] = undefined;
        },
      ],
      get_tool: ['($module, tool_id, /)', (id: Value) => names[toolOf(id)] ?? null],
      register_callback: [
        '($module, tool_id, event, func, /)',
        (id: Value, event: Value, func: Value) => {
          const key = `${toolOf(id)} ${repr(event)}`;
          const before = callbacks.get(key) ?? null;
          callbacks.set(key, func);
          return before;
        },
      ],
      get_events: ['($module, tool_id, /)', noEvents],
      set_events: [
        '($module, tool_id, event_set, /)',
        (id: Value, set: Value) => {
          inUse(id);
          refuseEvents(set);
        },
      ],
      get_local_events: ['($module, tool_id, code, /)', noEvents],
      set_local_events: [
        '($module, tool_id, code, event_set, /)',
        (id: Value, _code: Value, set: Value) => {
          inUse(id);
          refuseEvents(set);
        },
      ],
      restart_events: ['($module, /)', () => undefined],
    },
    attributes: {
      DEBUGGER_ID: 0,
      COVERAGE_ID: 1,
      PROFILER_ID: 2,
      OPTIMIZER_ID: 5,
      DISABLE: new PyObject(objectType),
      MISSING: new PyObject(objectType),
      events,
    },
  });
}
