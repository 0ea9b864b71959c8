import * as vscode from 'vscode';
import { t, useTexts } from '../protocol/l10n';
import type { SecateurApi } from './api';
import { COMMANDS, VIEW_TYPE } from './constants';
import { registerMcpServer } from './agents/mcp-server';
import { registerTools } from './agents/register-tools';
import { lazily } from './lazily';
import { serveRecipeSchema } from './schema';
import type { Composition } from './composition-root';

/** Set by the first line of the bundle. */
declare global {
  var secateurBundleStart: number | undefined;
}

/** The time after the bundle was read. The time from then to `activate` belongs to VS Code. */
const loaded = performance.now();

/** Ends everything before the window closes; `deactivate` has no parameters. */
let close: (() => Promise<void>) | undefined;

/**
 * Registers all names and opens nothing. The first tick after it or the first command loads schemas, engine and scan, so
 * that the window does not wait for them.
 */
export function activate(context: vscode.ExtensionContext): SecateurApi {
  const start = performance.now();
  useTexts(vscode.l10n.bundle);
  const log = vscode.window.createOutputChannel('Secateur', { log: true });
  const composition = lazily(async () => {
    const { compose } = await import('./composition-root');
    return compose(context, log);
  });
  close = async () => {
    if (composition.begun) await (await composition.get()).close();
  };
  context.subscriptions.push(
    log,
    registerCommands(log, composition.get),
    registerEditor(composition.get),
    serveRecipeSchema(context.extensionUri),
    registerTools(composition.get),
    registerMcpServer(context),
  );
  const end = performance.now();
  const bundleStart = globalThis.secateurBundleStart ?? loaded;
  const activationMilliseconds = end - bundleStart;
  const own = loaded - bundleStart + (end - start);
  log.info(`activated in ${Math.round(activationMilliseconds)} ms, ${Math.round(own)} ms of them its own`);
  setImmediate(() => {
    composition.get().catch((error: unknown) => tellFailure(log, error));
  });
  return { activationMilliseconds, testApi: async () => (await composition.get()).testApi };
}

export async function deactivate(): Promise<void> {
  await close?.();
}

function registerCommands(log: vscode.LogOutputChannel, composition: () => Promise<Composition>): vscode.Disposable {
  const registered = Object.values(COMMANDS).map((id) =>
    vscode.commands.registerCommand(id, async (target: unknown, selection: unknown) => {
      // The log must open even if nothing else does.
      if (id === COMMANDS.showLog) log.show(true);
      else await (await composition()).runCommand(id, target, selection);
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** The read-only editor of checkpoints. VS Code restores its tabs after a reload of the window. */
function registerEditor(composition: () => Promise<Composition>): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }, webviewPanel) => {
      (await composition()).openPanel(uri, webviewPanel);
    },
  };
  return vscode.window.registerCustomEditorProvider(VIEW_TYPE, provider, { supportsMultipleEditorsPerDocument: true });
}

/** Shows a failure that VS Code would only write into its own log. */
function tellFailure(log: vscode.LogOutputChannel, error: unknown): void {
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const showLog = t('Show Log');
  void vscode.window
    .showErrorMessage(t('Secateur could not start; the log has the details.'), showLog)
    .then((choice) => {
      if (choice === showLog) log.show(true);
    });
}
