import * as vscode from 'vscode';
import type { SecateurApi } from './api';
import { COMMANDS, VIEW_TYPE } from './constants';
import { lazily } from './lazily';
import { serveRecipeSchema } from './schema';
import type { Composition } from './composition-root';

/** Set by the first line of the bundle. */
declare global {
  var secateurBundleStart: number | undefined;
}

/** When the bundle had been read: what comes between this and `activate` is VS Code's own. */
const loaded = performance.now();

/** What has to end before the window does; `deactivate` is given nothing. */
let close: (() => Promise<void>) | undefined;

/**
 * Registers everything under its name and opens nothing: schemas, engine and scan are loaded by the first tick after it,
 * or by the first command, so that a window does not wait for them.
 */
export function activate(context: vscode.ExtensionContext): SecateurApi {
  const start = performance.now();
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
      // The log must open whatever else does not.
      if (id === COMMANDS.showLog) log.show(true);
      else await (await composition()).runCommand(id, target, selection);
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** The read-only editor of checkpoints; VS Code brings its tabs back after a reload of the window. */
function registerEditor(composition: () => Promise<Composition>): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }, webviewPanel) => {
      (await composition()).openPanel(uri, webviewPanel);
    },
  };
  return vscode.window.registerCustomEditorProvider(VIEW_TYPE, provider, { supportsMultipleEditorsPerDocument: true });
}

/** VS Code writes such a failure only into a log of its own that nobody reads. */
function tellFailure(log: vscode.LogOutputChannel, error: unknown): void {
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window
    .showErrorMessage(vscode.l10n.t('Secateur could not start; the log has the details.'), showLog)
    .then((choice) => {
      if (choice === showLog) log.show(true);
    });
}
