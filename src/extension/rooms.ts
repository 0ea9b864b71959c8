import 'vscode-jsonrpc/node';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SecateurInside } from './api';
import { SharedEngine } from './child/shared-engine';
import { engineFactory } from './child/start';
import { runCommand, type CommandId } from './commands/run';
import { restoreComparisons } from './compare/compare';
import { Datasets } from './data/datasets';
import { Normalizations } from './data/normalizations';
import { EvaluationStore } from './evaluate/evaluation-store';
import { Evaluations } from './evaluate/evaluations';
import { inside } from './inside';
import { CheckpointPanel } from './panel/panel';
import { Listeners } from './listeners';
import { Panels } from './panel/panels';
import { ActiveRuns } from './runs/active-runs';
import { logLine } from './runs/progress-text';
import { offerToResume } from './runs/resume';
import { RunService } from './runs/run-service';
import { showRuns } from './runs-view/runs-view';
import { keepContextKeys } from './scan/context-keys';
import { Scanner } from './scan/scanner';
import type { Services } from './services';
import { concernsEngine, settings } from './settings';
import { offerLog } from './ui/show-error';
import { showStatus } from './ui/status-item';

/** Everything behind the names that activation has registered. */
export interface Rooms {
  runCommand(id: CommandId, target: unknown, selection: unknown): Promise<void>;
  openPanel(uri: vscode.Uri, webviewPanel: vscode.WebviewPanel): void;
  /** Ends every process; resolves when they are gone. */
  close(): Promise<void>;
  inside: SecateurInside;
}

/** Makes all services, ties them together, and starts the scan of the workspace. */
export function openRooms(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Rooms {
  let closing = false;
  const services = createServices(context, log, () => closing);
  context.subscriptions.push(
    services.scanner,
    showStatus(services),
    showRuns(services),
    restoreComparisons(services),
    keepContextKeys(services.scanner),
    ...tie(services),
  );
  void services.scanner.scan();
  if (vscode.workspace.isTrusted) void offerToResume(services);
  return {
    runCommand: (id, target, selection) => runCommand(services, id, target, selection),
    openPanel(uri, webviewPanel) {
      // The engine comes up while VS Code loads the page.
      services.engine.warm();
      services.panels.add(new CheckpointPanel(uri, webviewPanel, services));
    },
    async close() {
      closing = true;
      await Promise.all([services.engine.dispose(), services.runs.dispose()]);
    },
    inside: inside(services),
  };
}

function createServices(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  isClosing: () => boolean,
): Services {
  const create = engineFactory(context, log);
  const engine = new SharedEngine(create, log);
  const datasets = new Datasets(context.workspaceState, engine.call, () => settings.dataFolder());
  const store = new EvaluationStore(path.join(context.globalStorageUri.fsPath, 'evaluations'));
  const activeRuns = new ActiveRuns(context.workspaceState);
  return {
    ...{ context, log, engine, datasets, activeRuns, isClosing, createEngine: create },
    normalizations: new Normalizations(context.workspaceState, engine.call),
    runs: new RunService(create, activeRuns, log, (out, made) => engine.call('discard', { out, made })),
    evaluations: new Evaluations(engine.call, datasets, store, log),
    scanner: new Scanner(log),
    panels: new Panels(),
    refreshRuns: new Listeners(),
  };
}

/** Ties what happens in one room to what follows in another. */
function tie(services: Services): vscode.Disposable[] {
  const { engine, runs, log, panels } = services;
  const stopTelling = engine.crashed.add(offerLog);
  const stopLogging = runs.started.add((job) => {
    job.events.add((event) => {
      const line = logLine(event);
      if (line !== undefined) log.info(`${job.request.title}: ${line}`);
    });
  });
  const renewEngine = async (): Promise<void> => {
    await engine.stop('The settings of the engine changed, so it starts anew.');
    if (panels.all.length > 0) engine.warm();
  };
  return [
    new vscode.Disposable(stopTelling),
    new vscode.Disposable(stopLogging),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (concernsEngine(change)) void renewEngine();
      if (change.affectsConfiguration('secateur')) for (const panel of panels.all) void panel.tellState();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void offerToResume(services)),
  ];
}
