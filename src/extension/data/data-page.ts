import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import writeFileAtomic from 'write-file-atomic';
import { t } from '../../protocol/l10n';
import { dataRequests, type DataRequests, type DataReview, type ReviewedData } from '../../protocol/data-page';
import { DataFile, type DatasetInfo } from '../../protocol/dataset';
import { describeIssue, UserError } from '../../protocol/errors';
import { withKey, type JsonObject } from '../../protocol/json';
import type { ModelEnds } from '../../protocol/model';
import type { Handlers } from '../../rpc/peer';
import type { SharedEngine } from '../child/shared-engine';
import type { LogWindow } from '../log';
import { servePage } from '../panel/serve-page';
import { modelLabel } from '../runs/folder-name';
import { confirms } from '../ui/say';
import { changedContent, dataFilePath, newContent, readDataFile } from './data-file';
import type { Datasets } from './datasets';
import { ReviewedSource } from './reviewed-source';

/** The services of the page. */
export interface DataPageTools {
  readonly extensionUri: vscode.Uri;
  readonly engine: Pick<SharedEngine, 'call'>;
  readonly datasets: Datasets;
  readonly log: LogWindow;
}

/** The dataset that the person uses now, the wish for another one, or nothing: the page was closed. */
export type Decision = DatasetInfo | 'another' | undefined;

/** The page on which a person sees what was recognized in data, and corrects it, before it is used. */
export class DataPage {
  /** Settles when the person decides or closes the page. */
  readonly decision: Promise<Decision>;
  private decide!: (decision: Decision) => void;
  private readonly source: ReviewedSource;
  /** The last description that was shown, and its options. */
  private shown: { readonly key: string; readonly description: string } | undefined;

  constructor(
    private readonly reviewed: ReviewedData,
    private readonly webviewPanel: vscode.WebviewPanel,
    private readonly tools: DataPageTools,
  ) {
    this.decision = new Promise((resolve) => (this.decide = resolve));
    webviewPanel.onDidDispose(() => this.decide(undefined));
    const { extensionUri, engine } = tools;
    this.source = new ReviewedSource(reviewed.reference, engine.call);
    servePage(webviewPanel, {
      ...{ extensionUri, shows: { reviewsData: reviewed }, table: dataRequests, handlers: this.handlers() },
    });
  }

  /** Brings the page to the front. */
  show(): void {
    this.webviewPanel.reveal();
  }

  private handlers(): Handlers<DataRequests> {
    const { engine } = this.tools;
    const { model } = this.reviewed;
    return {
      review: ({ options, again }, { signal }) => this.review(options, again, signal),
      shown: async ({ split, options }, { signal }) =>
        engine.call(
          'examples',
          { data: await this.source.data(options, signal), split, ...(model === undefined ? {} : { model }) },
          { signal },
        ),
      findNormalization: async ({ options }, { signal, report }) => {
        if (model === undefined)
          throw new UserError(t('No model needs this data: open one, and choose the data there.'));
        const data = await this.source.data(withKey(options, 'normalization', undefined), signal);
        return engine.call(
          'normalization',
          { model, data, download: false, trial: true },
          { signal, onProgress: report },
        );
      },
      use: ({ options }, { signal }) => this.use(options, signal),
      another: () => this.close('another'),
      save: ({ options }, { signal }) => this.save(options, signal),
      edit: async () => {
        if (this.source.file === undefined) throw new UserError(t('No file describes this data yet: save one first.'));
        await openText(this.source.file);
        return null;
      },
      showLog: () => {
        this.tools.log.show(true);
        return Promise.resolve(null);
      },
    };
  }

  private async review(options: JsonObject | undefined, again: boolean, signal: AbortSignal): Promise<DataReview> {
    const { source } = this;
    const seen = await source.see(options, again, signal);
    this.shown = { key: JSON.stringify(options ?? seen.written), description: JSON.stringify(seen.description) };
    const { model } = this.reviewed;
    const ends = model === undefined || !seen.description?.arrays ? undefined : await this.endsOf(model, signal);
    return {
      ...seen,
      ...(ends ? { ends } : {}),
      reference: source.reference,
      file: source.file === undefined ? null : path.basename(source.file),
      saveAs: path.basename(source.file ?? freeFile(seen.source)),
      ...(model === undefined ? {} : { model: modelLabel(model) }),
    };
  }

  /** The names of the inputs and outputs of the model; undefined where it cannot run, which is said where it is used. */
  private async endsOf(model: string, signal: AbortSignal): Promise<ModelEnds | undefined> {
    try {
      return await this.tools.engine.call('ends', { model }, { signal });
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  private async use(options: JsonObject | undefined, signal: AbortSignal): Promise<null> {
    const { written, description } = await this.source.see(options, false, signal);
    const now = { key: JSON.stringify(options ?? written), description: JSON.stringify(description) };
    if (description === null || JSON.stringify(now) !== JSON.stringify(this.shown))
      throw new UserError(t('The data is not as it is shown here: read it again first.'));
    return this.close(await this.tools.datasets.choose(await this.source.data(options, signal), { signal }));
  }

  private async save(options: JsonObject | undefined, signal: AbortSignal): Promise<boolean> {
    const { source } = this;
    const before = source.file === undefined ? undefined : await readDataFile(source.file);
    if (source.file !== undefined && before?.text !== source.textOfFile)
      throw new UserError(t('{0} is not as it was read here: read it again first.', path.basename(source.file)));
    const seen = await source.see(options, false, signal);
    const file = source.file ?? freeFile(seen.source);
    const said = options ?? seen.written;
    const content = before
      ? changedContent(before, said)
      : newContent(seen.source, said, seen.recognized, path.dirname(file));
    const valid = DataFile.safeParse(content);
    if (!valid.success) throw new UserError(t('The options are not valid: {0}.', describeIssue(valid.error)));
    if (before && !(await mayReplace(file))) return false;
    const text = `${JSON.stringify(content, null, 2)}\n`;
    try {
      await (before ? writeFileAtomic(file, text) : writeFile(file, text, { flag: 'wx' }));
    } catch (cause) {
      throw new UserError(t('{0} could not be written: check that its folder may be written to.', file), { cause });
    }
    await source.follow(file);
    return true;
  }

  private close(decision: Decision): Promise<null> {
    this.decide(decision);
    this.webviewPanel.dispose();
    return Promise.resolve(null);
  }
}

function freeFile(source: string): string {
  const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  return dataFilePath(source, roots, existsSync);
}

/** Asks the person whether a file may be written over. */
const mayReplace = (file: string): Promise<boolean> =>
  confirms(t('Write over {0}?', path.basename(file)), t('Write Over'));

/** Opens a file beside the page, so that both are seen. */
async function openText(file: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(file), { viewColumn: vscode.ViewColumn.Beside });
}
