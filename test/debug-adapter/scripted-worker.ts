import { workerData } from 'node:worker_threads';
import { DebuggerError } from '../../debug-adapter/core/errors.ts';
import type { Debugger } from '../../debug-adapter/core/model.ts';
import { Mailbox } from '../../debug-adapter/wire/mailbox.ts';
import type { WorkerData } from '../../debug-adapter/wire/shared.ts';

// Stands in for the VM's thread: a Debugger that plays a script chosen by the arguments of the launch, so that the adapter
// and the wire can be tested without Python.

const mailbox = new Mailbox(workerData as WorkerData);
const source = { path: '', name: 'program.py', virtual: false, origin: 'user' as const };
const calls: string[] = [];
let script = '';
let running = false;
let stopped = false;
let ids = 1;

const scripted: Partial<Debugger> = {
  launch(options) {
    script = options.args[0];
    source.path = options.program;
    return script === 'broken' ? { title: 'SyntaxError: invalid syntax', output: '  File "x", line 1\n' } : null;
  },
  start() {
    running = true;
  },
  setBreakpoints(_path, requests) {
    calls.push(`setBreakpoints ${requests.map(({ line }) => line)}`);
    return requests.map(({ line }) => ({ id: ids++, verified: true, line: line + 1 }));
  },
  setExceptionFilters(requests) {
    calls.push(`setExceptionFilters ${requests.map(({ filter }) => filter)}`);
    return requests.map(() => ({ verified: true }));
  },
  continue() {
    stopped = false;
  },
  pause() {
    stopped = true;
    mailbox.send({ event: 'stopped', body: { reason: 'pause', threadId: 1, description: 'Paused' } });
  },
  threads: () => [{ id: 1, name: calls.join('; ') }],
  stackTrace: () => ({
    frames: [
      {
        id: 7,
        name: 'f',
        source,
        range: { line: 2, column: 4, endLine: 2, endColumn: 9 },
        address: 0x1004,
        subtle: false,
      },
    ],
    total: 1,
  }),
  evaluate({ expression }) {
    if (expression === 'unknown') throw new DebuggerError("NameError: name 'unknown' is not defined");
    if (expression === 'defect') throw new TypeError('a defect');
    return { value: expression, handle: 0 };
  },
};

function serve(): boolean {
  const request = mailbox.take();
  if (request === undefined) return false;
  try {
    const method = scripted[request.method] as (...args: readonly unknown[]) => unknown;
    mailbox.answer(request.id, method(...request.args));
  } catch (error) {
    if (error instanceof DebuggerError) mailbox.fail(request.id, error.message);
    else mailbox.fail(request.id, String(error), (error as Error).stack);
  }
  return true;
}

while (!running) if (!serve()) mailbox.wait();
switch (script) {
  case 'stop':
    stopped = true;
    mailbox.send({ event: 'stopped', body: { reason: 'entry', threadId: 1, description: 'Paused on entry' } });
    while (stopped) if (!serve()) mailbox.wait();
    break;
  case 'loop':
    // Python code that runs: mail is looked at now and then, and a stop blocks.
    for (;;) {
      while (mailbox.hasMail && serve());
      while (stopped) if (!serve()) mailbox.wait();
    }
  case 'deaf':
    // Something that never looks up, such as one long operation on big numbers.
    for (;;);
  case 'print':
    for (let line = 0; line < 100_000; line++) {
      mailbox.send({ event: 'output', body: { category: line % 1000 === 0 ? 'stderr' : 'stdout', text: `${line}\n` } });
    }
    break;
  case 'crash':
    throw new TypeError('a defect in the VM');
}
mailbox.flush();
mailbox.send({ event: 'exited', body: { exitCode: 3 } });
