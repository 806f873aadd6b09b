import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** V8 doesn't optimise a function whose bytecode is longer than this. */
const LIMIT = 61_440;

describe('the run loop', () => {
  it('is small enough for V8 to optimise', async () => {
    const outfile = 'out/test-run-size.mjs';
    await build({
      entryPoints: ['test/vm/twin.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    });
    const script = 'out/test-run-size-main.mjs';
    writeFileSync(
      script,
      `import { runInVm } from './test-run-size.mjs';\nrunInVm('test/fixtures/programs/generators.py', '3.14');\n`,
    );
    const { stdout } = spawnSync(process.execPath, ['--print-bytecode', '--print-bytecode-filter=runFrames', script], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const lengths = [...stdout.matchAll(/^Bytecode length: (\d+)$/gm)].map(([, length]) => Number(length));
    const longest = Math.max(...lengths);
    assert.ok(longest > 4_000, `no runFrames() among the functions printed: ${lengths}`);
    assert.ok(longest < LIMIT, `runFrames() has ${longest} bytes of bytecode`);
  }).timeout(30_000);
});
