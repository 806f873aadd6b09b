// npm start: opens VS Code with the extension on examples/.
// An installed `code` when there is one that can show a window, else VS Code in the browser. With --check it waits until the
// workbench answers, says what it found, and ends.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { globSync } from './glob.mjs';
import './setup.mjs';
import {
  cacheDirectory,
  installWorkbench,
  projectDirectory,
  run,
  startWorkbench,
  WorkbenchUnavailable,
  workbenchAddress,
} from './workbench.mjs';

const examples = join(projectDirectory, 'examples');
const firstFile = join(examples, 'co_process.py');
const usualPort = 8314;

const options = new Set(process.argv.slice(2));
const check = options.delete('--check');
const browser = options.delete('--browser');
if (options.size > 0) {
  console.error(`unknown option ${[...options][0]}; usage: npm start [-- [--check] [--browser]]`);
  process.exit(2);
}

try {
  await buildBundles();
  const code = browser ? undefined : installedCode();
  if (code) await startInstalled(code);
  else await startInBrowser();
} catch (error) {
  console.error(error instanceof WorkbenchUnavailable ? error.message : error);
  process.exitCode = 1;
}

/** Builds when a source file is newer than the bundle. */
async function buildBundles() {
  const rooms = ['client', 'compiler', 'debug-adapter', 'server', 'vm', 'cli'];
  const sources = rooms
    .flatMap((room) => globSync(room, /\.(ts|json)$/))
    .concat('tools/build.mjs', 'package-lock.json');
  const modified = (path) => statSync(join(projectDirectory, path)).mtimeMs;
  const bundle = 'dist/extension.js';
  if (existsSync(join(projectDirectory, bundle)) && sources.every((path) => modified(path) <= modified(bundle))) return;
  console.log('Building the extension …');
  const { code, output } = await run(process.execPath, ['tools/build.mjs'], { cwd: projectDirectory });
  if (code !== 0) throw new WorkbenchUnavailable(`the build failed:\n${output.trim()}`);
}

/**
 * Path of a `code` on PATH that can open a window here. Inside a remote terminal `code` only reaches the window it came from,
 * and without a display it opens none.
 */
function installedCode() {
  if (process.env.VSCODE_IPC_HOOK_CLI) return undefined;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  const names = process.platform === 'win32' ? ['code.cmd', 'code.exe'] : ['code'];
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) if (directory && existsSync(join(directory, name))) return join(directory, name);
  }
  return undefined;
}

async function startInstalled(code) {
  const started = join(tmpdir(), `coroscope-started-${process.pid}`);
  const shell = process.platform === 'win32';
  const quote = (argument) => (shell ? `"${argument}"` : argument);
  const version = (await run(quote(code), ['--version'], { shell })).output.split('\n')[0];
  const child = spawn(
    quote(code),
    ['--new-window', `--extensionDevelopmentPath=${projectDirectory}`, examples, firstFile].map(quote),
    // The extension writes this file once it is active (client/extension.ts): the answer that --check waits for.
    { stdio: 'inherit', shell, env: { ...process.env, COROSCOPE_STARTED: started } },
  );
  const failed = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => status && reject(new WorkbenchUnavailable(`${code} ended with status ${status}`)));
  });
  console.log(`VS Code ${version} (${code}) opens on examples/ with Coroscope.`);
  if (!check) return;
  await Promise.race([failed, appears(started)]);
  console.log(`It answered: ${readFileSync(started, 'utf8').trim()}`);
  rmSync(started);
}

async function appears(file) {
  const deadline = Date.now() + 60_000;
  while (!existsSync(file)) {
    if (Date.now() > deadline)
      throw new WorkbenchUnavailable('VS Code opened, but Coroscope was not active within a minute.');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function startInBrowser() {
  if (!browser) console.log('No VS Code that can open a window here; using VS Code in the browser.');
  const workbench = await installWorkbench((line) => console.log(line));
  const { packageVsix } = await import('./package-vsix.mjs');
  const vsix = packageVsix();
  const server = await startWorkbench(workbench, {
    folder: examples,
    profile: join(cacheDirectory(), check ? `check-profile-${process.pid}` : 'profile'),
    vsix,
    port: check ? 0 : usualPort,
  });
  const address = workbenchAddress(server.url, examples, firstFile);
  if (check) {
    const page = await fetch(address);
    const title = /<title>([^<]*)/.exec(await page.text())?.[1];
    await server.stop();
    rmSync(join(cacheDirectory(), `check-profile-${process.pid}`), { recursive: true, force: true });
    if (!page.ok) throw new WorkbenchUnavailable(`the workbench answered with status ${page.status}`);
    console.log(
      `VS Code ${workbench.version} in the browser (${title || 'code-server'}) answered at ${server.url} with Coroscope installed.`,
    );
    return;
  }
  console.log(`\nVS Code ${workbench.version} with Coroscope is open at\n\n  ${address}\n\nCtrl+C stops it.`);
  const ended = new Promise((resolve) => server.process.once('exit', resolve));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.stop());
  await ended;
}
