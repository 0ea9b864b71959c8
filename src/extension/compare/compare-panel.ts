import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { compareRequests, type CompareRequests, type ComparedPair } from '../../protocol/compare-page';
import type { DataReference } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { Inspection } from '../../protocol/model';
import type { Progress } from '../../protocol/measure';
import type { Comparison } from '../../protocol/measure/compare';
import type { Latency } from '../../protocol/measure/latency';
import type { HandlerContext, Handlers } from '../../rpc/peer';
import type { EngineProcess } from '../../child/engine-process';
import { withOwnEngine } from '../../child/own-engine';
import type { SharedEngine } from '../child/shared-engine';
import type { DataPages } from '../data/data-pages';
import type { Datasets } from '../data/datasets';
import type { Normalizations } from '../data/normalizations';
import { pickData } from '../data/pick-data';
import type { LogWindow } from '../log';
import type { Panels } from '../panel/panels';
import { modelLabel } from '../runs/folder-name';
import { servePage } from '../panel/serve-page';

/** The services that a comparison uses. */
export interface ComparisonTools {
  /** The folder of the extension. */
  readonly extensionUri: vscode.Uri;
  readonly engine: Pick<SharedEngine, 'call'>;
  /** Makes an engine for one long question. */
  readonly createEngine: () => EngineProcess;
  readonly datasets: Datasets;
  readonly dataPages: DataPages;
  readonly normalizations: Normalizations;
  readonly panels: Panels;
  readonly log: LogWindow;
}

/** The page that shows two checkpoints side by side. It keeps its measurements while its tab is open. */
export class ComparePanel {
  private known: Comparison | undefined;

  constructor(
    private readonly pair: ComparedPair,
    webviewPanel: vscode.WebviewPanel,
    private readonly tools: ComparisonTools,
  ) {
    webviewPanel.title = t('{0} and {1}', modelLabel(pair.a), modelLabel(pair.b));
    servePage(webviewPanel, {
      ...{ extensionUri: tools.extensionUri, shows: { compared: pair } },
      ...{ table: compareRequests, handlers: this.handlers() },
      // The comparison without trust has no accuracy.
      onTrust: () => (this.known = undefined),
    });
  }

  private handlers(): Handlers<CompareRequests> {
    return {
      comparison: async ({ again }, context) => {
        if (again || !this.known) this.known = await this.compare(context);
        return this.known;
      },
      packedSide: ({ side }, { signal }) => {
        this.refuseGone();
        return this.tools.engine.call('packing', { model: this.pair[side] }, { signal });
      },
      topologyOfSide: ({ side }, { signal }) => {
        this.refuseGone();
        return this.tools.engine.call('topology', { model: this.pair[side] }, { signal });
      },
      latency: (_, context) => this.latency(context),
      chooseDataForBoth: async () => (await pickData(this.tools, this.pair.a)) ?? null,
      openCheckpoint: async ({ path: file }) => {
        if (file !== this.pair.a && file !== this.pair.b) throw new UserError(t('{0} is not one of the two.', file));
        await this.tools.panels.show(vscode.Uri.file(file));
        return null;
      },
      showLog: () => {
        this.tools.log.show(true);
        return Promise.resolve(null);
      },
    };
  }

  private async compare({ signal, report }: HandlerContext<Progress>): Promise<Comparison> {
    const { engine, datasets, createEngine } = this.tools;
    this.refuseGone();
    const inspection = await engine.call('inspect', { model: this.pair.a }, { signal });
    const chosen = vscode.workspace.isTrusted ? datasets.for(inspection) : undefined;
    const [data, other] = await this.dataOfBoth(inspection, chosen, signal);
    const comparison = await withOwnEngine(createEngine, signal, (call) =>
      call(
        'compare',
        { ...this.pair, bins: 256, ...(data === undefined ? {} : { data, otherData: other }) },
        { signal, onProgress: report },
      ),
    );
    // Checkpoints of one model have the same name, so their folders name them.
    const { a, b } = comparison;
    return { ...comparison, a: { ...a, name: modelLabel(a.path) }, b: { ...b, name: modelLabel(b.path) } };
  }

  /** The data for each side, with the normalization that the person chose. */
  private async dataOfBoth(
    a: Inspection,
    data: DataReference | undefined,
    signal: AbortSignal,
  ): Promise<[DataReference?, DataReference?]> {
    if (data === undefined) return [];
    const { engine, normalizations } = this.tools;
    const b = await engine.call('inspect', { model: this.pair.b }, { signal });
    return [normalizations.applied(a, data), normalizations.applied(b, data)];
  }

  private async latency({ signal, report }: HandlerContext<Progress>): Promise<Latency> {
    this.refuseGone();
    const { a: model, b: other } = this.pair;
    return withOwnEngine(this.tools.createEngine, signal, (call) =>
      call('latency', { model, other }, { signal, onProgress: report }),
    );
  }

  private refuseGone(): void {
    for (const file of [this.pair.a, this.pair.b])
      if (!path.isAbsolute(file) || !existsSync(file))
        throw new UserError(t('{0} is gone: it was moved or deleted, so it cannot be compared.', file));
  }
}
