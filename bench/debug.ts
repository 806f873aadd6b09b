import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { DapClient } from '../test/debug-adapter/client.ts';

// npm run bench -- debug: how long one waits for the debugger, and what it costs the program. Needs a build (dist/).

const loop = 'while True: pass\n';

const resumptions = `
from time import perf_counter
def numbers(n):
    for i in range(n):
        yield i
began = perf_counter()
for i in numbers(300_000):
    pass
print(round((perf_counter() - began) / 300_000 * 1e9))
`;

const deep = `
def f(n):
    if n: return f(n - 1)
    return 0
f(100)
`;

export async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'coroscope-'));
  const program = join(directory, 'program.py');
  try {
    await measureStart(program);
    await measurePause(program);
    await measureStackTraces(program);
    report('next() without a breakpoint', await measureResumptions(program, []), 'ns');
    const never = [{ line: 5, condition: 'i < 0' }];
    report('next() with a condition in the generator', await measureResumptions(program, never), 'ns');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const report = (what: string, value: number, unit: string): void =>
  console.log(`${what.padEnd(44)}${value.toFixed(unit === 'ns' ? 0 : 1).padStart(10)} ${unit}`);

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

async function measureStart(program: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    const client = await launch(program, 'x = 1\n', [{ line: 1 }]);
    await client.event('stopped');
    times.push(performance.now() - began);
    await client.close();
  }
  report('from F5 to the first stop', median(times), 'ms');
}

async function measurePause(program: string): Promise<void> {
  const client = await launch(program, loop, []);
  const pauses: number[] = [];
  for (let round = 0; round < 50; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const began = performance.now();
    await client.request('pause', { threadId: 1 });
    await client.event('stopped');
    pauses.push(performance.now() - began);
    await client.request('continue', { threadId: 1 });
  }
  report('pause of `while True: pass`, median', median(pauses), 'ms');
  report('pause of `while True: pass`, slowest', Math.max(...pauses), 'ms');
  const began = performance.now();
  await client.request('terminate');
  await client.event('terminated');
  report('terminate of `while True: pass`', performance.now() - began, 'ms');
  await client.close();
}

async function measureStackTraces(program: string): Promise<void> {
  const client = await launch(program, deep, [{ line: 4 }]);
  await client.event('stopped');
  const began = performance.now();
  for (let round = 0; round < 1000; round++) {
    await client.request('stackTrace', { threadId: 1, startFrame: 0, levels: 20 });
  }
  report('1,000 stack traces of 20 frames', performance.now() - began, 'ms');
  await client.close();
}

async function measureResumptions(
  program: string,
  breakpoints: readonly DebugProtocol.SourceBreakpoint[],
): Promise<number> {
  const client = await launch(program, resumptions, breakpoints);
  await client.event('exited');
  const result = Number(client.output['stdout']);
  await client.close();
  return result;
}

async function launch(
  program: string,
  source: string,
  breakpoints: readonly DebugProtocol.SourceBreakpoint[],
): Promise<DapClient> {
  writeFileSync(program, source);
  const client = new DapClient();
  await client.initialize();
  const launched = client.request('launch', { program });
  await client.event('initialized');
  await client.request('setBreakpoints', { source: { path: program }, breakpoints });
  await client.request('configurationDone');
  await launched;
  return client;
}
