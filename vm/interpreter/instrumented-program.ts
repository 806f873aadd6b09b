import { MonitoringEvent } from './monitoring-event.ts';
import { Place, type Places, placesOf } from './places.ts';
import type { Program } from './program.ts';
import { clearTrap, setTrap, Trap } from './traps.ts';

/** How many events there are that a single code object may have. */
export const LOCAL_EVENTS = MonitoringEvent.STOP_ITERATION + 1;

/** What each kind of place is trapped for. RAISE is that of a StopIteration which ends a loop or a delegation. */
const eventsOfPlaces: readonly (readonly [Place, readonly MonitoringEvent[]])[] = [
  [Place.START, [MonitoringEvent.PY_START]],
  [Place.RESUME, [MonitoringEvent.PY_RESUME, MonitoringEvent.LINE]],
  [Place.LINE, [MonitoringEvent.LINE]],
  [Place.LEADS_TO_LINE, [MonitoringEvent.LINE]],
  [Place.RETURN, [MonitoringEvent.PY_RETURN]],
  [Place.YIELD, [MonitoringEvent.PY_YIELD]],
  [Place.CALL, [MonitoringEvent.CALL]],
  [Place.AFTER_CALL, [MonitoringEvent.CALL]],
  [Place.JUMP, [MonitoringEvent.JUMP]],
  [Place.BRANCH, [MonitoringEvent.BRANCH_LEFT, MonitoringEvent.BRANCH_RIGHT]],
  [Place.AFTER_FOR_ITER, [MonitoringEvent.BRANCH_LEFT]],
  [Place.POP_ITER, [MonitoringEvent.BRANCH_RIGHT, MonitoringEvent.STOP_ITERATION, MonitoringEvent.RAISE]],
  [Place.END_ASYNC_FOR, [MonitoringEvent.BRANCH_RIGHT]],
  [Place.ASYNC_VALUE, [MonitoringEvent.BRANCH_LEFT]],
  [Place.END_SEND, [MonitoringEvent.STOP_ITERATION, MonitoringEvent.RAISE]],
  [Place.FOR_ITER, [MonitoringEvent.STOP_ITERATION, MonitoringEvent.RAISE]],
  [Place.SEND, [MonitoringEvent.RAISE]],
];

/** A program with traps where tools want to be told of something (co_monitoring). Tools are bits of a byte. */
export class InstrumentedProgram {
  readonly program: Program;
  readonly places: Places;
  /** By event: the tools that want it of this code alone. */
  readonly local = new Uint8Array(LOCAL_EVENTS);
  /** Where the RESUME before an instruction has run without being told of: it is a RESUME_CHECK since. */
  readonly checkedResumes = new Set<number>();
  /** By event: all tools that want it here, and at the end those that want RAISE. */
  private readonly active = new Uint8Array(MonitoringEvent.RAISE + 1);
  /** The tools that have disabled an event at an instruction, by index * 32 + event. */
  private readonly disabled = new Map<number, number>();

  constructor(program: Program) {
    this.program = program;
    this.places = placesOf(program);
  }

  get isInUse(): boolean {
    return this.active.some((tools) => tools !== 0) || this.local.some((tools) => tools !== 0);
  }

  /** The tools that are to be told of an event at an instruction. */
  toolsFor(index: number, event: MonitoringEvent): number {
    const tools = this.active[event];
    return this.disabled.size === 0 ? tools : tools & ~(this.disabled.get(index * 32 + event) ?? 0);
  }

  wantsLines(): boolean {
    return this.active[MonitoringEvent.LINE] !== 0;
  }

  /** Brings the traps up to date with what tools want everywhere. What a tool asks for anew, it hasn't disabled. */
  update(everywhere: Uint8Array): void {
    const { active, local } = this;
    let changed = false;
    for (let event = 0; event < active.length; event++) {
      const wanted = everywhere[event] | (event < LOCAL_EVENTS ? local[event] : 0);
      if (wanted === active[event]) continue;
      this.enable(event, wanted & ~active[event]);
      active[event] = wanted;
      changed = true;
    }
    if (changed) this.setTraps();
  }

  /** sys.monitoring.restart_events(). */
  restart(): void {
    if (this.disabled.size === 0) return;
    this.disabled.clear();
    this.setTraps();
  }

  /** A tool wants no more of an event at this instruction. */
  disable(index: number, event: MonitoringEvent, tool: number): void {
    const key = index * 32 + event;
    this.disabled.set(key, (this.disabled.get(key) ?? 0) | (1 << tool));
    if (!this.wants(index)) clearTrap(this.program, index, Trap.TRACE);
  }

  private enable(event: MonitoringEvent, tools: number): void {
    for (const [key, disabled] of this.disabled) if ((key & 31) === event) this.disabled.set(key, disabled & ~tools);
  }

  private setTraps(): void {
    const { program } = this;
    for (let index = 0; index < program.pristine.length; index++) {
      if (this.wants(index)) setTrap(program, index, Trap.TRACE);
      else clearTrap(program, index, Trap.TRACE);
    }
  }

  private wants(index: number): boolean {
    const { program, places } = this;
    if (index < program.entry) return false;
    if (this.toolsFor(index, MonitoringEvent.INSTRUCTION) !== 0) return true;
    const kinds = places.kinds[index];
    for (const [place, events] of eventsOfPlaces) {
      if ((kinds & place) === 0) continue;
      // What others need to be told of isn't this place's own.
      const isShared = place === Place.LEADS_TO_LINE || place === Place.AFTER_CALL;
      for (const event of events) if ((isShared ? this.active[event] : this.toolsFor(index, event)) !== 0) return true;
    }
    return false;
  }
}
