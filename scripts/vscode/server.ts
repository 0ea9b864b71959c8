import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanEnvironment, run } from '../setup/run';
import { ScriptError } from '../setup/run-main';
import type { CodeServer } from './install';

export interface ServerOptions {
  codeServer: CodeServer;
  /** A private folder for settings, extensions and temporary files. Its path must be short, because it holds a unix socket. */
  home: string;
  workspace: string;
  vsix: readonly string[];
  settings: Readonly<Record<string, unknown>>;
  /** True: ask for trust in the workspace, as desktop VS Code does. */
  workspaceTrust: boolean;
  /** The display language, such as `zh-cn`, where a language pack for it is installed; by default English. */
  locale?: string | undefined;
  /** Options that code-server passes on to VS Code's server, such as `enable-smoke-test-driver`. */
  vscodeOptions?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** A running code-server. */
export interface Server {
  port: number;
  /** The address of a workbench on the workspace. */
  url: string;
  /** Ends it and every process that it has started. */
  stop(): Promise<void>;
}

/** Installs the VSIX files into a private code-server, starts it, and waits until it answers. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { codeServer, home } = options;
  const folder = (name: string) => {
    const full = path.join(home, name);
    mkdirSync(full, { recursive: true });
    return full;
  };
  const folders = ['--user-data-dir', folder('user'), '--extensions-dir', folder('ext')];
  writeFileSync(path.join(folder('user/User'), 'settings.json'), JSON.stringify(options.settings, null, 1));
  const env = {
    ...cleanEnvironment(),
    HOME: folder('home'),
    TMPDIR: folder('tmp'),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    CS_DISABLE_GETTING_STARTED_OVERRIDE: '1',
    ...options.env,
  };
  for (const vsix of options.vsix) {
    await run(codeServer.node, [codeServer.entry, ...folders, '--install-extension', vsix, '--force'], { env });
  }
  const logFile = path.join(home, 'server.log');
  const log = openSync(logFile, 'w');
  const args = [
    // The system gives it a port: one that was found free beforehand could be taken by now.
    ...['--bind-addr', '127.0.0.1:0', '--auth', 'none', '--disable-proxy'],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(options.locale === undefined ? [] : ['--locale', options.locale]),
    ...(options.vscodeOptions ?? []).flatMap((name) => ['--vscode-option', name]),
    ...folders,
    options.workspace,
  ];
  const child = spawn(codeServer.node, [codeServer.entry, ...args], {
    env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const killGroup = () => signalGroup(child, 'SIGKILL');
  process.once('exit', killGroup); // No server outlives this process.
  const stop = async () => {
    process.off('exit', killGroup);
    await endGroup(child);
  };
  try {
    const port = await answers(child, logFile);
    return { port, url: `http://127.0.0.1:${port}/?folder=${encodeURIComponent(options.workspace)}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The line of its log that names its port. */
const LISTENING = /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)\//;

/** Waits until code-server answers, and returns its port. @throws ScriptError */
async function answers(child: ChildProcess, logFile: string): Promise<number> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (child.exitCode !== null)
      throw new ScriptError(`code-server ended at once with exit code ${child.exitCode}: see ${logFile}.`);
    const port = Number(LISTENING.exec(readFileSync(logFile, 'utf8'))?.[1] ?? 0);
    if (port > 0 && (await isHealthy(port))) return port;
    await delay(100);
  }
  throw new ScriptError('code-server did not answer within a minute.');
}

const isHealthy = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`)
    .then((response) => response.ok)
    .catch(() => false);

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, 'SIGTERM');
  const patience = new AbortController();
  await Promise.race([ended, delay(8000, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
