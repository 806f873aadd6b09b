import type { Frame, FrameExtra } from './frame.ts';

/** The attributes of a frame that few frames have. */
export function extraOf(frame: Frame): FrameExtra {
  frame.extra ??= {
    trace: null,
    traceLines: true,
    traceOpcodes: false,
    extraLocals: undefined,
    previous: -1,
    started: false,
    unseen: -1,
  };
  return frame.extra;
}
