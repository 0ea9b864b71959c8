import path from 'node:path';
import * as vscode from 'vscode';
import type { z } from 'zod';
import { t } from '../../protocol/l10n';
import type { DataReference } from '../../protocol/dataset';
import type { Inspection } from '../../protocol/model';
import type { Progress } from '../../protocol/measure';
import { settledData } from '../data/pick-normalization';
import { exportRequests, type ExportRequests } from '../../protocol/exports';
import { panelRequests, type PanelNotifications, type PanelRequests, type PanelState } from '../../protocol/panel';
import { UserError } from '../../protocol/errors';
import { runTableRequests, type RunTableRequests } from '../../protocol/runs-page';
import { Disposables } from '../disposables';
import type { HandlerContext, Handlers } from '../../rpc/peer';
import { exportHandlers } from '../exports/handlers';
import { inDetail } from '../log';
import { showRunProgress } from '../runs/show-progress';
import { requireTrust } from '../trust';
import { DiskWatch } from './disk-watch';
import { panelHandlers } from './handlers';
import { pageHtml } from './html';
import { pageLanguage } from './page-language';
import type { OpenCheckpoint } from './open-checkpoint';
import { PageSession } from './page-session';
import { PanelRun } from './panel-run';
import { panelState } from './state';
import type { PanelTools } from './tools';

/** One open checkpoint editor: the extension host's side of the page, over all lives of the page. */
export class CheckpointPanel implements OpenCheckpoint {
  readonly run = new PanelRun();
  private readonly own = new Disposables();
  private readonly disk: DiskWatch;
  private session: PageSession | undefined;
  private loaded: { inspection: Inspection; text: string } | undefined;
  private engineWasDown = false;

  constructor(
    readonly uri: vscode.Uri,
    private readonly webviewPanel: vscode.WebviewPanel,
    private readonly tools: PanelTools,
  ) {
    const { webview } = webviewPanel;
    const root = vscode.Uri.joinPath(tools.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    this.disk = this.own.add(new DiskWatch(this.model, (change) => this.notify('disk', { change })));
    this.own.add(webview.onDidReceiveMessage((message: unknown) => this.receive(message)));
    this.own.add(webviewPanel.onDidChangeViewState(() => this.endHiddenPage()));
    this.own.add({ dispose: tools.engine.changed.add(() => this.tellEngine()) });
    this.own.add({
      dispose: tools.datasets.changed.add(() => void this.tellState()),
    });
    this.own.add({ dispose: tools.normalizations.changed.add(() => void this.tellState()) });
    this.own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.tellState()));
    webviewPanel.onDidDispose(() => this.dispose());
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(root, 'main.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(root, 'main.css')).toString(),
      ...pageLanguage(),
    });
  }

  /** Absolute path of the model.json. */
  get model(): string {
    return this.uri.fsPath;
  }

  /** The dataset of this checkpoint with the normalization that the person chose; undefined: none, or the workspace is not trusted. */
  get data(): DataReference | undefined {
    if (!this.loaded || !vscode.workspace.isTrusted) return undefined;
    const { datasets, normalizations } = this.tools;
    const data = datasets.for(this.loaded.inspection);
    return data === undefined ? undefined : normalizations.applied(this.loaded.inspection, data);
  }

  /** The model for its remembered normalization; undefined: it is not open yet. */
  get inspected(): Inspection | undefined {
    return this.loaded?.inspection;
  }

  /** Finds the normalization, so that the page can show it. Errors are shown where accuracy is measured. */
  async findNormalization(): Promise<void> {
    const { data } = this;
    if (!this.loaded || data === undefined || this.loaded.inspection.notRunnable !== undefined) return;
    if (this.tools.normalizations.known(this.loaded.inspection, data)) return;
    try {
      await this.tools.normalizations.ask(this.loaded.inspection, data);
    } catch (error) {
      this.tools.log.debug(`The normalization was not found: ${inDetail(error)}`);
    }
  }

  /** True if a visible page receives notifications. */
  get isLive(): boolean {
    return this.loaded !== undefined && this.session !== undefined && this.webviewPanel.visible;
  }

  /** Asks the person for the normalization if nothing else decides it. @throws CancelledError if the person does not answer */
  async settleNormalization(signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<void> {
    const { data } = this;
    if (!this.loaded || data === undefined || this.loaded.inspection.notRunnable !== undefined) return;
    await settledData(this.tools.normalizations, this.loaded.inspection, data, { signal, onProgress });
  }

  notify<K extends keyof PanelNotifications>(name: K, value: z.input<PanelNotifications[K]>): void {
    this.session?.notify(name, value);
  }

  /** Reads the checkpoint unless the page shows the current files. @throws UserError if it is not a checkpoint, CancelledError */
  async load(again: boolean, { signal, report }: HandlerContext<Progress>): Promise<PanelState> {
    if (this.uri.scheme !== 'file')
      throw new UserError(
        t('{0} is not a file on disk: open the checkpoint from its folder.', path.basename(this.uri.path)),
      );
    const { engine } = this.tools;
    const before = again || !this.loaded ? await this.disk.take() : undefined;
    if (before === null) throw new UserError(t('{0} is gone: it was moved or deleted.', this.model));
    if (before || !this.loaded) {
      if (again) await engine.call('release', { model: this.model }, { signal });
      const inspection = await engine.call('inspect', { model: this.model }, { signal, onProgress: report });
      this.loaded = { inspection, text: before?.text ?? '' };
    } else setImmediate(() => void this.disk.repeat());
    return panelState(this, this.loaded.inspection, this.tools);
  }

  /** Sends the whole state to the page again: trust, dataset or settings changed. */
  async tellState(): Promise<void> {
    if (!this.loaded || !this.session) return;
    try {
      this.notify('state', await panelState(this, this.loaded.inspection, this.tools));
      // New trust or a new setting may bring a dataset that is not open yet.
      this.openData();
    } catch (error) {
      this.tools.log.error(inDetail(error));
    }
  }

  /** Opens the dataset, unless there is none or it is open. The page gets the facts when they are known. */
  openData(): void {
    if (this.data !== undefined) void this.tools.datasets.verify(this.data).then(() => this.findNormalization());
  }

  private receive(message: unknown): void {
    if (this.session?.isFromAnother(message)) this.endPage();
    this.session ??= this.newSession();
    this.session.deliver(message);
  }

  private newSession(): PageSession {
    const { webview } = this.webviewPanel;
    const handlers: Handlers<PanelRequests & RunTableRequests & ExportRequests> = {
      ...panelHandlers(this, this.tools, () => session.isOver),
      ...exportHandlers,
    };
    const session: PageSession = new PageSession(
      (message) => void webview.postMessage(message),
      { ...panelRequests, ...runTableRequests, ...exportRequests },
      handlers,
      requireTrust,
    );
    return session;
  }

  private endHiddenPage(): void {
    if (!this.webviewPanel.visible) this.endPage();
  }

  private endPage(): void {
    this.session?.end();
    this.session = undefined;
  }

  private tellEngine(): void {
    const { phase, message } = this.tools.engine.state;
    if (phase === 'starting') return;
    if (phase === 'up' && !this.engineWasDown) return;
    this.engineWasDown = phase !== 'up';
    this.notify('engine', { up: phase === 'up', message });
  }

  private dispose(): void {
    this.endPage();
    this.own.dispose();
    const { panels, engine, log } = this.tools;
    panels.remove(this);
    const { running } = this.run;
    if (running) showRunProgress(running);
    if (engine.state.phase !== 'up' || panels.of(this.model).length > 0) return;
    engine
      .call('release', { model: this.model })
      .catch((error: unknown) => log.debug(`Not released: ${inDetail(error)}`));
  }
}
