import { workerData } from 'node:worker_threads';
import type { WorkerData } from '../debug-adapter/wire/shared.ts';
import { debugProgram } from '../debug-adapter/worker.ts';
import { type Job, runJob } from './run-thread.ts';

/** What a thread with a VM in it does: the work of `coroscope run`, or of the debug adapter. */
export function startThread(): void {
  const data = workerData as Job | WorkerData;
  if ('port' in data) debugProgram(data);
  else process.exit(runJob(data));
}
