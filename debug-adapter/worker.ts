import { workerData } from 'node:worker_threads';
import { ProgramDebugger } from './core/debugger.ts';
import { Mailbox } from './wire/mailbox.ts';
import type { WorkerData } from './wire/shared.ts';
import { WorkerHost } from './worker-host.ts';

// The thread in which the program runs: the VM, and the debugger that holds it when it stops.

const mailbox = new Mailbox(workerData as WorkerData);
const host = new WorkerHost(mailbox);
const programDebugger = new ProgramDebugger(mailbox, host, (text) => host.input(text));
host.session = programDebugger.session;
const exitCode = programDebugger.run();
mailbox.send({ event: 'exited', body: { exitCode } });
