#!/usr/bin/env node
import { join } from 'node:path';
import { execute, exitWith } from './execute.ts';
import { loadBundle } from './load-bundle.ts';
import { run } from './run.ts';

// The command. `run` starts its program's thread at once (thread.ts); all others need the compiler here.

const [name, ...rest] = process.argv.slice(2);
if (name === 'run') exitWith(execute(name, run, rest));
else loadBundle(join(__dirname, 'cli-main'));
