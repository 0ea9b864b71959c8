import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { runsRequests, runTableRequests, type RunsRequests, type RunTableRequests } from '../../protocol/runs-page';
import type { HandlerContext, Handlers } from '../../rpc/peer';
import type { EngineProcess } from '../../child/engine-process';
import { withOwnEngine } from '../../child/own-engine';
import type { SharedEngine } from '../child/shared-engine';
import { COMMANDS } from '../constants';
import type { LogWindow } from '../log';
import type { Panels } from '../panel/panels';
import { servePage } from '../panel/serve-page';
import { nameOf, type RunList } from '../runs-view/run-list';
import { runTableHandlers } from '../runs-view/table-handlers';
import type { Scanner } from '../scan/scanner';
import { chartedCheckpoint } from './charted-checkpoint';

/** The services that the chart uses. */
export interface ChartTools {
  /** The folder of the extension. */
  readonly extensionUri: vscode.Uri;
  readonly engine: Pick<SharedEngine, 'call'>;
  /** Makes an engine for one long question. */
  readonly createEngine: () => EngineProcess;
  readonly runList: RunList;
  readonly scanner: Scanner;
  readonly panels: Panels;
  readonly log: LogWindow;
}

/** Passes of one example that are timed for each model. */
const PASSES = 20;

/** Opens the page with the chart of all checkpoints and runs of the workspace. */
export function openRunsChart(tools: ChartTools): Promise<void> {
  const title = t('Runs');
  fill(vscode.window.createWebviewPanel(COMMANDS.chartRuns, title, vscode.ViewColumn.Active), tools);
  return Promise.resolve();
}

/** Restores the charts that were open when the window closed. */
export const restoreRunsCharts = (tools: ChartTools): vscode.Disposable =>
  vscode.window.registerWebviewPanelSerializer(COMMANDS.chartRuns, {
    deserializeWebviewPanel(webviewPanel) {
      fill(webviewPanel, tools);
      return Promise.resolve();
    },
  });

function fill(webviewPanel: vscode.WebviewPanel, tools: ChartTools): void {
  const { extensionUri } = tools;
  servePage(webviewPanel, {
    ...{ extensionUri, shows: { chartsRuns: true } },
    table: { ...runsRequests, ...runTableRequests },
    handlers: chartHandlers(tools),
  });
}

/** Answers the page. It may ask about the checkpoints that were listed for it, and about no other file. */
export function chartHandlers({
  engine,
  createEngine,
  runList,
  scanner,
  panels,
  log,
}: ChartTools): Handlers<RunsRequests & RunTableRequests> {
  let listed: ReadonlySet<string> = new Set();
  const known = (file: string): string => {
    if (!listed.has(file)) throw new UserError(t('{0} is not in the chart: open the chart again.', file));
    return file;
  };
  return {
    ...runTableHandlers(runList),
    async runs() {
      await scanner.whenScanned();
      const found = await runList.all();
      const rows = found.map(({ row }) => row);
      // A run is one row, whatever checkpoints of epochs and plans lie in its folder.
      const within = (file: string): boolean => found.some(({ folder }) => file.startsWith(folder + path.sep));
      const others = scanner.checkpoints.filter((file) => !within(file));
      listed = new Set([...rows.flatMap(({ model }) => model?.path ?? []), ...others]);
      return { runs: rows, others };
    },
    checkpoint: async ({ path: file }, { signal }) =>
      chartedCheckpoint(await engine.call('inspect', { model: known(file) }, { signal }), nameOf),
    latencies: ({ paths }, context) => latencies(paths.map(known), createEngine, context),
    async openCheckpoint({ path: file }) {
      await panels.show(vscode.Uri.file(known(file)));
      return null;
    },
    showLog() {
      log.show(true);
      return Promise.resolve(null);
    },
  };
}

/** Times one model after the other in one engine. */
function latencies(
  paths: readonly string[],
  createEngine: () => EngineProcess,
  { signal, report }: HandlerContext<Progress>,
): Promise<{ path: string; milliseconds: number | null }[]> {
  return withOwnEngine(createEngine, signal, async (call) => {
    const found: { path: string; milliseconds: number | null }[] = [];
    const start = Date.now();
    for (const [done, model] of paths.entries()) {
      const rate = done === 0 ? 0 : (done * 1000) / (Date.now() - start);
      const secondsLeft = rate === 0 ? 0 : (paths.length - done) / rate;
      report({ stage: t('timing'), done, total: paths.length, unit: 'checkpoints', rate, secondsLeft });
      const options = { batches: [1], runs: PASSES, warmUp: 3 };
      const timed = await call('latency', { model, options }, { signal }).catch((error: unknown) => {
        // A model that cannot run has no latency; the others have.
        if (error instanceof UserError) return undefined;
        throw error;
      });
      found.push({ path: model, milliseconds: timed?.batches[0]?.model.median ?? null });
    }
    return found;
  });
}
