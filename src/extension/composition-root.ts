import 'vscode-jsonrpc/node';
import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../protocol/l10n';
import type { SecateurTestApi } from './api';
import { callToolInEditor, prepareTool } from './agents/call-tool';
import { SharedEngine } from './child/shared-engine';
import { engineFactory } from './child/start';
import { commandRunner, type RunCommand } from './commands/run';
import { restoreDataPages } from './commands/use-data';
import { restoreComparisons } from './compare/compare';
import { DataPages } from './data/data-pages';
import type { ToolName } from './constants';
import { Datasets } from './data/datasets';
import { Normalizations } from './data/normalizations';
import { EvaluationStore } from './evaluate/evaluation-store';
import { Evaluations } from './evaluate/evaluations';
import { Listeners } from './listeners';
import { offerPanel } from './open-offer/offer';
import { CheckpointPanel } from './panel/panel';
import { Panels } from './panel/panels';
import { ActiveRuns } from './runs/active-runs';
import { logLine } from './runs/progress-text';
import { offerToResume } from './runs/resume';
import { RunService } from './runs/run-service';
import { RunStarter } from './runs/run-starter';
import { restoreRunsCharts } from './runs-chart/runs-chart';
import { runsChanged } from './runs-view/orders';
import { RunList } from './runs-view/run-list';
import { showRuns } from './runs-view/runs-view';
import { keepContextKeys } from './scan/context-keys';
import { Scanner } from './scan/scanner';
import { concernsEngine, settings } from './settings';
import { testApi } from './test-api';
import { offerLog } from './ui/show-error';
import { showStatus } from './ui/status-item';

/** The parts of the extension that activation calls. */
export interface Composition {
  runCommand: RunCommand;
  openPanel(uri: vscode.Uri, webviewPanel: vscode.WebviewPanel): void;
  /** Says what a tool for an agent is going to do. */
  prepareTool(name: ToolName, input: object): vscode.PreparedToolInvocation;
  callTool(name: ToolName, input: object, token: vscode.CancellationToken): Promise<vscode.LanguageModelToolResult>;
  /** Ends every process; resolves when they are gone. */
  close(): Promise<void>;
  testApi: SecateurTestApi;
}

/** Makes all services, gives each the services that it uses, and starts the scan of the workspace. */
export function compose(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Composition {
  let closing = false;
  const services = createServices(context, log, () => closing);
  const { engine, runs, runStarter, activeRuns, scanner, panels, runList, chosenRuns } = services;
  const offerRuns = (): void => void offerToResume(activeRuns, runStarter);
  context.subscriptions.push(
    scanner,
    showStatus(engine, runs),
    runList,
    chosenRuns,
    { dispose: runList.changed.add(() => runsChanged.fire()) },
    offerPanel({ scanner, panels, everywhere: context.globalState, workspace: context.workspaceState }),
    restoreComparisons(services),
    restoreRunsCharts(services),
    restoreDataPages(services),
    keepContextKeys(scanner),
    ...tellOfCrashes(engine, runs, log),
    keepSettings(engine, panels),
    vscode.workspace.onDidGrantWorkspaceTrust(offerRuns),
  );
  void scanner.scan();
  if (vscode.workspace.isTrusted) offerRuns();
  return {
    runCommand: commandRunner(services),
    openPanel(uri, webviewPanel) {
      // The engine comes up while VS Code loads the page.
      engine.warm();
      panels.add(new CheckpointPanel(uri, webviewPanel, services));
    },
    prepareTool,
    callTool: (name, input, token) => callToolInEditor(name, input, token, services),
    async close() {
      closing = true;
      await Promise.all([engine.dispose(), runs.dispose()]);
    },
    testApi: testApi(services),
  };
}

/** Makes every service once. Only this file knows all of them. */
function createServices(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, isClosing: () => boolean) {
  const { extensionUri, workspaceState } = context;
  const storageFolder = context.globalStorageUri.fsPath;
  const createEngine = engineFactory(context, log);
  const engine = new SharedEngine(createEngine, log);
  const datasets = new Datasets(workspaceState, engine.call, () => settings.dataFolder());
  const store = new EvaluationStore(path.join(storageFolder, 'evaluations'));
  const activeRuns = new ActiveRuns(workspaceState);
  const runs = new RunService(createEngine, activeRuns, log, (out, made) => engine.call('discard', { out, made }));
  const scanner = new Scanner(log);
  const refreshRuns = new Listeners<void>();
  const runList = new RunList(runs, scanner);
  return {
    ...{ extensionUri, storageFolder, log, createEngine, engine, datasets, activeRuns, runs, scanner },
    dataPages: new DataPages({ extensionUri, engine, datasets, log }),
    runStarter: new RunStarter(runs, { scanner, log, isClosing }),
    normalizations: new Normalizations(workspaceState, engine.call),
    evaluations: new Evaluations(engine.call, datasets, store, log),
    panels: new Panels(),
    ...{ refreshRuns, runList, chosenRuns: showRuns(runList, refreshRuns) },
  };
}

/** Tells of crashes of the engine, and writes the events of runs into the log. */
function tellOfCrashes(engine: SharedEngine, runs: RunService, log: vscode.LogOutputChannel): vscode.Disposable[] {
  const stopTelling = engine.crashed.add(offerLog);
  const stopLogging = runs.started.add((job) => {
    job.events.add((event) => {
      const line = logLine(event);
      if (line !== undefined) log.info(`${job.request.title}: ${line}`);
    });
  });
  return [new vscode.Disposable(stopTelling), new vscode.Disposable(stopLogging)];
}

/** Restarts the engine and tells the panels when a setting changes. */
function keepSettings(engine: SharedEngine, panels: Panels): vscode.Disposable {
  const renewEngine = async (): Promise<void> => {
    await engine.stop(t('The settings of the engine changed, so it starts again.'));
    if (panels.all.length > 0) engine.warm();
  };
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (concernsEngine(change)) void renewEngine();
    if (change.affectsConfiguration('secateur')) for (const panel of panels.all) void panel.tellState();
  });
}
