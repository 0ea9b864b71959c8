// usage: npm start    Opens a demo workspace with the extension in VS Code, or in code-server without VS Code.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepareDemoWorkspace } from './setup/demo-workspace';
import { onPath } from './setup/on-path';
import { inRoot } from './setup/paths';
import { run } from './setup/run';
import { runMain } from './setup/run-main';
import { packVsix } from './setup/vsix';
import { ensureCodeServer } from './vscode/install';
import { startServer } from './vscode/server';

/** Settings of the demo: no telemetry, no welcome page, no network traffic; the rest has its defaults. */
const DEMO_SETTINGS = {
  'workbench.startupEditor': 'readme',
  'telemetry.telemetryLevel': 'off',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'extensions.autoCheckUpdates': false,
  'git.enabled': false,
};

runMain(async () => {
  const workspace = inRoot('demo-workspace');
  await prepareDemoWorkspace(workspace);
  const desktop = onPath('code');
  if (desktop) {
    await run(process.execPath, [inRoot('esbuild.mjs')], { output: 'inherit' });
    await run(desktop, ['--new-window', `--extensionDevelopmentPath=${inRoot()}`, workspace], { output: 'inherit' });
    console.log(`VS Code opens ${workspace} with Secateur.`);
    return;
  }
  await serve(workspace);
});

/** Runs code-server until this script is stopped. */
async function serve(workspace: string): Promise<void> {
  const codeServer = await ensureCodeServer();
  const vsix = await packVsix();
  const home = mkdtempSync(path.join(os.tmpdir(), 'sec-'));
  try {
    const server = await startServer({
      codeServer,
      home,
      workspace,
      vsix: [vsix],
      workspaceTrust: false,
      settings: DEMO_SETTINGS,
    });
    console.log(`\nSecateur runs in VS Code at\n\n  ${server.url}\n\nOpen it in a browser. Ctrl-C ends it.`);
    await toldToEnd();
    await server.stop();
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Resolves on Ctrl-C, on a termination signal, and when the parent of this script is gone. */
function toldToEnd(): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (process.ppid !== parent) end();
    }, 500);
    const end = () => {
      clearInterval(watch);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  });
}
