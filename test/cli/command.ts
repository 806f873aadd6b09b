import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs the built command, `coroscope ARG…`, in a folder. */
export function coroscope(
  args: readonly string[],
  options: { cwd?: string; input?: string | Uint8Array } = {},
): Outcome {
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('dist/cli.js'), ...args], {
    cwd: options.cwd,
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { stdout, stderr, status };
}

/** Calls back with a new folder, which is removed afterwards. */
export function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'coroscope-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
