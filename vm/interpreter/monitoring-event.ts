/** The events of sys.monitoring, by number (PY_MONITORING_EVENT_… of Include/cpython/monitoring.h, 3.14). */
export const enum MonitoringEvent {
  NONE = -1,
  PY_START = 0,
  PY_RESUME,
  PY_RETURN,
  PY_YIELD,
  CALL,
  LINE,
  INSTRUCTION,
  JUMP,
  BRANCH_LEFT,
  BRANCH_RIGHT,
  STOP_ITERATION,
  // From here on they can't be had for a single code object.
  RAISE,
  EXCEPTION_HANDLED,
  PY_UNWIND,
  PY_THROW,
  RERAISE,
  // From here on they come with others.
  C_RETURN,
  C_RAISE,
  BRANCH,
}
