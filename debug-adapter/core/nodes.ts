import type { Frame } from '../../vm/interpreter/frame.ts';
import type { Slot, Value } from '../../vm/objects/object.ts';
import type { VariableInfo } from './model.ts';

/** One line of the variables view. */
export interface Child {
  readonly name: string;
  /** A Python value, presented by its repr() and unfolded by its parts; or else `text`. */
  readonly value?: Slot;
  readonly text?: string;
  /** What unfolds, where that isn't the value's own parts. */
  readonly node?: Node;
  /** An expression that gives the value in the frame. */
  readonly path?: string;
  readonly kind?: VariableInfo['kind'];
  readonly readOnly?: boolean;
  readonly lazy?: boolean;
}

/** Something that unfolds into children. */
export interface Node {
  /** Children with names. */
  named?(): Child[];
  /** Number of children that are numbered, and may be asked for in parts. */
  readonly length?: number;
  indexed?(start: number, count: number): Child[];
  /** Changes a child; absent where none can be changed. */
  set?(name: string, value: Value): void;
}

/** A node and the frame in which expressions about it are evaluated. */
export interface Placed {
  readonly node: Node;
  readonly frame: Frame | undefined;
}

export const isDunder = (name: string): boolean => name.length > 4 && name.startsWith('__') && name.endsWith('__');
