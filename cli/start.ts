#!/usr/bin/env node
import { execute } from './execute.ts';
import { loadBundle } from './load-bundle.ts';
import { run } from './run.ts';

// The command. `run` starts its program's thread at once (thread.ts); all others need the compiler here.

const [name, ...rest] = process.argv.slice(2);
if (name === 'run') {
  // All that was written has arrived: the process needn't be taken down piece by piece.
  execute(name, run, rest).then((code) => process.exit(code));
} else loadBundle('cli-main.js');
