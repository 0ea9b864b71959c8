import 'vscode-jsonrpc/node';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SecateurApi } from './api';
import { registerCommands } from './commands/register';
import { Datasets } from './data/datasets';
import { SharedEngine } from './child/sharedEngine';
import { engineFactory } from './child/start';
import { Evaluations } from './evaluate/evaluations';
import { EvaluationStore } from './evaluate/evaluationStore';
import { registerCheckpointEditor } from './panel/editorProvider';
import { Panels } from './panel/panels';
import { ActiveRuns } from './runs/activeRuns';
import { logLine } from './runs/progressText';
import { offerToResume } from './runs/resume';
import { RunService } from './runs/runService';
import { keepContextKeys } from './scan/contextKeys';
import { Scanner } from './scan/scanner';
import { serveRecipeSchema } from './schema';
import type { Services } from './services';
import { concernsEngine, settings } from './settings';
import { testApi } from './testApi';
import { offerLog, showError } from './ui/showError';
import { showStatus } from './ui/statusItem';

/** Set by the first line of the bundle. */
declare global {
  var secateurBundleStart: number | undefined;
}

/** What has to end before the window does; `deactivate` is given nothing. */
let ending: (() => Promise<void>) | undefined;

export function activate(context: vscode.ExtensionContext): SecateurApi {
  const log = vscode.window.createOutputChannel('Secateur', { log: true });
  context.subscriptions.push(log);
  try {
    const services = createServices(context, log);
    context.subscriptions.push(
      services.scanner,
      registerCommands(services),
      registerCheckpointEditor(services),
      showStatus(services),
      serveRecipeSchema(context.extensionUri),
      keepContextKeys(services.scanner),
      ...listenAll(services),
    );
    const activationMilliseconds = performance.now() - (globalThis.secateurBundleStart ?? performance.now());
    log.info(`activated in ${Math.round(activationMilliseconds)} ms`);
    void services.scanner.scan();
    if (vscode.workspace.isTrusted) void offerToResume(services);
    return testApi(services, activationMilliseconds);
  } catch (error) {
    // VS Code only writes it into a log of its own that nobody reads.
    showError(log, error);
    throw error;
  }
}

export async function deactivate(): Promise<void> {
  await ending?.();
}

function createServices(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Services {
  const create = engineFactory(context, log);
  const engine = new SharedEngine(create, log);
  const datasets = new Datasets(context.workspaceState, engine.call, () => settings.dataFolder());
  const store = new EvaluationStore(path.join(context.globalStorageUri.fsPath, 'evaluations'));
  const activeRuns = new ActiveRuns(context.workspaceState);
  const runs = new RunService(create, activeRuns, log);
  let closing = false;
  ending = async () => {
    closing = true;
    await Promise.all([engine.dispose(), runs.dispose()]);
  };
  return {
    ...{ context, log, engine, datasets, activeRuns, runs },
    evaluations: new Evaluations(engine.call, datasets, store, log),
    scanner: new Scanner(log),
    panels: new Panels(),
    isClosing: () => closing,
  };
}

/** Ties what happens in one room to what follows in another. */
function listenAll(services: Services): vscode.Disposable[] {
  const { engine, runs, log, panels } = services;
  const stopTelling = engine.crashed.add(offerLog);
  const stopLogging = runs.started.add((job) => {
    job.events.add((event) => {
      const line = logLine(event);
      if (line !== undefined) log.info(`${job.request.title}: ${line}`);
    });
  });
  return [
    new vscode.Disposable(stopTelling),
    new vscode.Disposable(stopLogging),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (concernsEngine(change)) void engine.stop('The settings of the engine changed: it starts anew.');
      if (change.affectsConfiguration('secateur')) for (const panel of panels.all) void panel.tellState();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void offerToResume(services)),
  ];
}
