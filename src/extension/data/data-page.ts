import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { DataDescription } from '../../protocol/data-description';
import { dataRequests, type DataRequests, type DataReview } from '../../protocol/data-page';
import { isDataFile, type DataReference, type DatasetInfo } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { Handlers } from '../../rpc/peer';
import type { SharedEngine } from '../child/shared-engine';
import type { LogWindow } from '../log';
import { servePage } from '../panel/serve-page';
import { dataFileContent, dataFilePath } from './data-file';
import type { Datasets } from './datasets';

/** The services of the page. */
export interface DataPageTools {
  readonly extensionUri: vscode.Uri;
  readonly engine: Pick<SharedEngine, 'call'>;
  readonly datasets: Datasets;
  readonly log: LogWindow;
}

/** The dataset that the person uses now, the wish for another one, or nothing: the page was closed. */
export type Decision = DatasetInfo | 'another' | undefined;

/** The page that shows what was recognized in data before it is used. */
export class DataPage {
  /** Settles when the person decides or closes the page. */
  readonly decision: Promise<Decision>;
  private decide!: (decision: Decision) => void;
  private shown: DataDescription | undefined;

  constructor(
    private reference: DataReference,
    private readonly webviewPanel: vscode.WebviewPanel,
    private readonly tools: DataPageTools,
    private readonly model?: string,
  ) {
    this.decision = new Promise((resolve) => (this.decide = resolve));
    webviewPanel.onDidDispose(() => this.decide(undefined));
    const { extensionUri } = tools;
    servePage(webviewPanel, {
      ...{ extensionUri, shows: { reviewsData: true }, table: dataRequests, handlers: this.handlers() },
    });
  }

  /** Brings the page to the front. */
  show(): void {
    this.webviewPanel.reveal();
  }

  private handlers(): Handlers<DataRequests> {
    return {
      review: (_, { signal }) => this.review(signal),
      shown: ({ split }, { signal }) => this.tools.engine.call('examples', { data: this.reference, split }, { signal }),
      use: (_, { signal }) => this.use(signal),
      another: () => this.close('another'),
      save: () => this.save(),
      edit: async () => {
        if (this.file === undefined) throw new UserError('No file describes this data yet: save one first.');
        await openText(this.file);
        return null;
      },
      showLog: () => {
        this.tools.log.show(true);
        return Promise.resolve(null);
      },
    };
  }

  /** The NAME.data.json that describes the data. */
  private get file(): string | undefined {
    const source = typeof this.reference === 'string' ? this.reference : this.reference.source;
    return isDataFile(source) ? source : undefined;
  }

  private async review(signal: AbortSignal): Promise<DataReview> {
    const description = await this.describe(signal);
    this.shown = description;
    const { file, model } = this;
    return {
      description,
      file: file === undefined ? null : path.basename(file),
      saveAs: file === undefined ? path.basename(this.freeFile(description)) : null,
      ...(model === undefined ? {} : { model }),
    };
  }

  private async use(signal: AbortSignal): Promise<null> {
    const now = await this.describe(signal);
    if (JSON.stringify(now) !== JSON.stringify(this.shown))
      throw new UserError('The data is not as it is shown here: read it again first.');
    return this.close(await this.tools.datasets.choose(this.reference, signal));
  }

  private async save(): Promise<null> {
    const { shown, reference } = this;
    if (!shown) throw new UserError('The data was not read yet: read it again first.');
    const file = this.freeFile(shown);
    const content = dataFileContent(reference, shown, path.dirname(file));
    try {
      await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx' });
    } catch (cause) {
      throw new UserError(`${file} could not be written: check that its folder may be written to.`, { cause });
    }
    this.reference = file;
    await openText(file);
    return null;
  }

  private freeFile({ source }: DataDescription): string {
    const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
    return dataFilePath(source, roots, existsSync);
  }

  private describe(signal: AbortSignal): Promise<DataDescription> {
    return this.tools.engine.call('describeData', { data: this.reference }, { signal });
  }

  private close(decision: Decision): Promise<null> {
    this.decide(decision);
    this.webviewPanel.dispose();
    return Promise.resolve(null);
  }
}

/** Opens a file beside the page, so that both are seen. */
async function openText(file: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(file), { viewColumn: vscode.ViewColumn.Beside });
}
