// Writes sys.stdlib_module_names of CPython 3.14 to vm/modules/library-names.json: node tools/run.mjs tools/dump-library-names.ts

import { writeFileSync } from 'node:fs';
import { pyodideOracle } from './oracle.ts';

const oracle = await pyodideOracle();
const names = oracle.ask<string[]>('import sys\ndef main(_): return sorted(sys.stdlib_module_names)');
writeFileSync(
  'vm/modules/library-names.json',
  `${JSON.stringify({ interpreter: oracle.version, names: names.join(' ') })}\n`,
);
