// Writes a .cache beside the scripts of dist/ that tools/bundle-vm.mjs made: V8's bytecode of them, as it stands after they have run
// what uses much of them. cli/load-bundle.ts reads it.

import { spawnSync } from 'node:child_process';

const program = 'tools/build-code-cache.py';

for (const command of ['run', 'dis']) {
  const args = ['--require', './tools/record-scripts.cjs', 'dist/cli.js', command, program];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  process.exitCode ||= status ?? 1;
}
