import { readFileSync } from 'node:fs';
import { NodeHost } from '../host/node-host.ts';
import { ProgramDebugger } from './core/debugger.ts';
import { DebuggerError } from './core/errors.ts';
import { Mailbox } from './wire/mailbox.ts';
import type { WorkerData } from './wire/shared.ts';
import { StandardInput, WorkerHost } from './worker-host.ts';

// The thread in which the program runs: the VM, and the debugger that holds it when it stops.

/** Runs what the adapter asks for, until the program has ended. */
export function debugProgram(data: WorkerData): void {
  const mailbox = new Mailbox(data);
  const stdin = new StandardInput();

  const programDebugger = new ProgramDebugger(mailbox, {
    host: (session, { cwd, target }) =>
      new WorkerHost(new NodeHost({ target, directory: cwd }), mailbox, session, stdin),
    input: (text) => stdin.add(text),
    read: (path) => {
      try {
        return readFileSync(path);
      } catch (error) {
        throw new DebuggerError(`${path} can't be read: ${(error as Error).message}`);
      }
    },
  });

  const exitCode = programDebugger.run();
  mailbox.send({ event: 'exited', body: { exitCode } });
}
