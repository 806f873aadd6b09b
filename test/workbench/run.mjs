// npm run test:workbench: the extension in a real VS Code, driven by Chromium. Fetches what is missing, packs the
// extension, starts the workbench on a copy of examples/, runs the suites, leaves screenshots in out/screenshots/, and stops all it started.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { packageVsix } from '../../tools/package-vsix.mjs';
import {
  installWorkbench,
  projectDirectory,
  quietSettings,
  run,
  startWorkbench,
  WorkbenchUnavailable,
} from '../../tools/workbench.mjs';

process.chdir(projectDirectory);

/** The profile in which tests run: what moves or hides would make them wait. */
const settings = {
  ...quietSettings,
  'editor.stickyScroll.enabled': false,
  'editor.inlayHints.enabled': 'on',
  'editor.hover.delay': 100,
  'debug.toolBarLocation': 'docked',
  'debug.internalConsoleOptions': 'neverOpen',
  'workbench.reduceMotion': 'on',
  'files.autoSave': 'off',
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof WorkbenchUnavailable ? error.message : error);
  process.exitCode = 1;
}

async function main() {
  const chromium = findChromium();
  const mochaArguments = new Set(process.argv.slice(2));
  const updatePicture = mochaArguments.delete('--update-picture');
  // For the second run after a build.
  if (!mochaArguments.delete('--no-build')) {
    const built = await run(process.execPath, ['tools/build.mjs']);
    if (built.code !== 0) throw new WorkbenchUnavailable(`the build failed:\n${built.output.trim()}`);
  }
  await build({
    entryPoints: ['test/workbench/workbench.test.ts'],
    outdir: 'out/workbench',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  });
  const workbench = await installWorkbench((line) => console.log(line));
  const vsix = packageVsix();
  rmSync('out/screenshots', { recursive: true, force: true });
  mkdirSync('out/screenshots', { recursive: true });

  const temporary = mkdtempSync(join(tmpdir(), 'coroscope-workbench-'));
  const folder = join(temporary, 'examples');
  cpSync('examples', folder, { recursive: true });
  const server = await startWorkbench(workbench, { folder, profile: join(temporary, 'profile'), vsix, settings });
  try {
    console.log(`VS Code ${workbench.version} at ${server.url}, ${chromium}`);
    const mocha = spawn(
      process.execPath,
      [
        'node_modules/mocha/bin/mocha.js',
        '--no-config',
        '--timeout=120000',
        '--reporter=spec',
        ...mochaArguments,
        'out/workbench/*.test.mjs',
      ],
      {
        stdio: 'inherit',
        env: {
          ...process.env,
          NODE_OPTIONS: '--enable-source-maps',
          COROSCOPE_WORKBENCH_URL: server.url,
          COROSCOPE_WORKBENCH_FOLDER: folder,
          COROSCOPE_CHROMIUM: chromium,
          COROSCOPE_WORKBENCH_PROFILE: join(temporary, 'browser'),
        },
      },
    );
    const status = await new Promise((resolve) => mocha.once('exit', (code) => resolve(code ?? 1)));
    if (status === 0 && updatePicture) {
      cpSync('out/screenshots/suspended-generator-picture.png', 'docs/images/suspended-generator.png');
    }
    return status;
  } finally {
    await server.stop();
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Chromium or Chrome: CHROMIUM, else on PATH, else where systems put it. */
function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const places = [
    process.env.CHROMIUM,
    ...(process.env.PATH ?? '').split(delimiter).flatMap((directory) => names.map((name) => join(directory, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  const found = places.find((place) => place && existsSync(place));
  if (found) return found;
  throw new WorkbenchUnavailable(
    'Chromium is missing: the tests in a real VS Code need it.\n' +
      'Install it (Debian: apt-get install chromium), or name a Chrome by the variable CHROMIUM.',
  );
}
