// usage: npm start    Opens a demo workspace with the extension in VS Code, or in code-server where there is none.
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

/** The demo is there to be looked at: no telemetry, no welcome page, nothing from the network; the rest as people have it. */
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

/** Runs code-server until this script is told to end. */
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

/** Resolves on Ctrl-C, on a polite signal, and when whoever started this script is gone. */
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
