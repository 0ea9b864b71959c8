import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { format } from 'node:util';
import { inRoot } from '../../scripts/setup/paths';
import { ensureCodeServer } from '../../scripts/vscode/install';
import { startServer, type Server } from '../../scripts/vscode/server';
import { QUIET_SETTINGS } from '../../scripts/vscode/settings';
import { launchBrowser } from '../harness/browser';

export interface HostRun {
  vsix: string;
  /** The bundled runner that exports `run()`. */
  suites: string;
  /** The path of the runner's report. */
  results: string;
}

const PATIENCE_MS = 300_000;
/** The mark of the lines of `host/index.ts`. */
const MOCHA_MARK = '[mocha] ';

/** Starts code-server with the extension and a browser on it, and gives the exit code of the tests in its extension host. */
export async function runInHost({ vsix, suites, results }: HostRun): Promise<number> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'sec-'));
  const workspace = path.join(root, 'ws');
  mkdirSync(workspace);
  cpSync(inRoot('media', 'samples'), path.join(workspace, 'samples'), { recursive: true });
  const home = path.join(root, 'h');
  const server = await startServer({
    codeServer: await ensureCodeServer(),
    home,
    workspace,
    vsix: [vsix],
    workspaceTrust: false,
    settings: QUIET_SETTINGS,
    vscodeOptions: ['enable-smoke-test-driver'],
    env: { SECATEUR_TEST_RESULTS: results, SECATEUR_FIXTURES: inRoot('test', 'fixtures') },
  });
  try {
    return await drive(server, workspace, installedExtension(home), suites, path.join(root, 'chromium'));
  } finally {
    await server.stop();
    keepLogs(home);
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Opens the workbench so that its extension host runs the suites, and waits for the exit code. */
async function drive(server: Server, workspace: string, extension: string, suites: string, profile: string) {
  const context = await launchBrowser({ profile });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const ended = new Promise<number>((resolve) => {
      void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
    });
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      const line = format(...args);
      const mark = line.indexOf(MOCHA_MARK);
      if (mark >= 0) console.log(line.slice(mark + MOCHA_MARK.length));
    });
    const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(suites)],
      ['skipWelcome', 'true'],
    ];
    const query = `folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    await page.goto(`http://127.0.0.1:${server.port}/?${query}`, { waitUntil: 'commit' });
    const patience = new AbortController();
    const timeout = delay(PATIENCE_MS, undefined, { signal: patience.signal }).then(
      () => {
        console.error(`The extension host gave no verdict within ${PATIENCE_MS / 1000} s.`);
        return 1;
      },
      () => 1,
    );
    const code = await Promise.race([ended, timeout]);
    patience.abort();
    return code;
  } finally {
    await context.close();
  }
}

/** The folder into which code-server has unpacked the VSIX: tested from there, as a person has it. */
function installedExtension(home: string): string {
  const extensions = path.join(home, 'ext');
  const name = readdirSync(extensions).find((folder) => folder.startsWith('secateur.secateur-'));
  if (!name) throw new Error(`code-server has not installed the extension: ${extensions}`);
  return path.join(extensions, name);
}

function keepLogs(home: string): void {
  const out = inRoot('e2e-out', 'integration');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const logs = path.join(home, 'user', 'logs');
  if (existsSync(logs)) cpSync(logs, path.join(out, 'logs'), { recursive: true });
}
