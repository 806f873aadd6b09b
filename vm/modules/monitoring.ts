import { DISABLE, eventNames, MISSING, monitors, PythonCallback, resetMonitors } from '../interpreter/monitoring.ts';
import { MonitoringEvent } from '../interpreter/monitoring-event.ts';
import { PyCode } from '../objects/code.ts';
import { defineModule } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { overflowError, typeError, valueError } from '../objects/exception.ts';
import type { PyModule } from '../objects/module.ts';
import type { Value } from '../objects/object.ts';
import { index } from '../operations/arithmetic.ts';

/** Tools that programs may use; there are two more, for sys.setprofile() and sys.settrace(). */
const TOOLS = 6;
const C_RETURN_EVENTS = (1 << MonitoringEvent.C_RETURN) | (1 << MonitoringEvent.C_RAISE);
const C_CALL_EVENTS = C_RETURN_EVENTS | (1 << MonitoringEvent.CALL);
const BRANCH = 1 << MonitoringEvent.BRANCH;
const BRANCHES = (1 << MonitoringEvent.BRANCH_LEFT) | (1 << MonitoringEvent.BRANCH_RIGHT);

/** sys.monitoring of CPython 3.14 (Python/instrumentation.c), for a new interpreter. */
export function makeMonitoring(events: Value): PyModule {
  const names: (string | undefined)[] = [];
  resetMonitors();

  const inUse = (tool: number): void => {
    if (names[tool] === undefined) throw valueError(`tool ${tool} is not in use`);
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
      clear_tool_id: [
        '($module, tool_id, /)',
        (id: Value) => {
          const tool = toolOf(id);
          if (names[tool] !== undefined) monitors().clear(tool);
        },
      ],
      free_tool_id: [
        '($module, tool_id, /)',
        (id: Value) => {
          const tool = toolOf(id);
          if (names[tool] !== undefined) monitors().clear(tool);
          names[tool] = undefined;
        },
      ],
      get_tool: ['($module, tool_id, /)', (id: Value) => names[toolOf(id)] ?? null],
      register_callback: [
        '($module, tool_id, event, func, /)',
        (id: Value, event: Value, func: Value) => registerCallback(toolOf(id), intOf(event), func),
      ],
      get_events: ['($module, tool_id, /)', (id: Value) => monitors().eventsOf(toolOf(id))],
      set_events: [
        '($module, tool_id, event_set, /)',
        (id: Value, eventSet: Value) => {
          const tool = toolOf(id);
          const set = intOf(eventSet);
          if (set < 0 || set >= BRANCH << 1) throw valueError(`invalid event set 0x${hex(set)}`);
          const events = ungrouped(set);
          inUse(tool);
          monitors().setEvents(tool, events);
        },
      ],
      get_local_events: [
        '($module, tool_id, code, /)',
        (id: Value, code: Value) => {
          const found = codeOf(code);
          return monitors().localEventsOf(toolOf(id), found);
        },
      ],
      set_local_events: [
        '($module, tool_id, code, event_set, /)',
        (id: Value, code: Value, eventSet: Value) => {
          const found = codeOf(code);
          const tool = toolOf(id);
          const events = ungrouped(intOf(eventSet));
          if (events < 0 || events >= 1 << MonitoringEvent.RAISE) {
            throw valueError(`invalid local event set 0x${hex(events)}`);
          }
          inUse(tool);
          monitors().setLocalEvents(tool, found, events);
        },
      ],
      restart_events: ['($module, /)', () => monitors().restart()],
      _all_events: [
        '($module, /)',
        () => {
          const all = new PyDict();
          monitors()
            .toolsByEvent()
            .forEach((tools, event) => {
              if (tools !== 0) all.setString(eventNames[event], tools);
            });
          return all;
        },
      ],
    },
    attributes: { DEBUGGER_ID: 0, COVERAGE_ID: 1, PROFILER_ID: 2, OPTIMIZER_ID: 5, DISABLE, MISSING, events },
  });
}

function intOf(value: Value): number {
  const int = index(value);
  if (typeof int === 'bigint' || (int as number) > 0x7fffffff || (int as number) < -0x80000000) {
    throw overflowError('Python int too large to convert to C int');
  }
  return int as number;
}

function toolOf(value: Value): number {
  const tool = intOf(value);
  if (tool < 0 || tool >= TOOLS) throw valueError(`invalid tool ${tool} (must be between 0 and ${TOOLS - 1})`);
  return tool;
}

function codeOf(value: Value): PyCode {
  if (!(value instanceof PyCode)) throw typeError('code must be a code object');
  return value;
}

const hex = (events: number): string => (events >>> 0).toString(16);

/** BRANCH stands for two events; C_RETURN and C_RAISE come with CALL and only with it. */
function ungrouped(set: number): number {
  if (set & C_RETURN_EVENTS && (set & C_CALL_EVENTS) !== C_CALL_EVENTS) {
    throw valueError('cannot set C_RETURN or C_RAISE events independently');
  }
  const events = set & ~C_RETURN_EVENTS;
  return events & BRANCH ? (events & ~BRANCH) | BRANCHES : events;
}

/** Gives the one before, or None. */
function registerCallback(tool: number, event: number, func: Value): Value {
  if (event === 0 || (event & (event - 1)) !== 0) {
    throw valueError('The callback can only be set for one event at a time');
  }
  const id = 31 - Math.clz32(event);
  if (id > MonitoringEvent.BRANCH) throw valueError(`invalid event ${event}`);
  const callbacks = monitors().callbacks[tool];
  const replace = (at: MonitoringEvent, forBoth: boolean): Value => {
    const before = callbacks[at];
    callbacks[at] = func === null ? undefined : new PythonCallback(func, forBoth);
    return before instanceof PythonCallback ? before.callable : null;
  };
  if (id !== MonitoringEvent.BRANCH) return replace(id, false);
  replace(MonitoringEvent.BRANCH_RIGHT, true);
  return replace(MonitoringEvent.BRANCH_LEFT, true);
}
