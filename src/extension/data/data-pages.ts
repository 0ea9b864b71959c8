import * as vscode from 'vscode';
import type { DataReference } from '../../protocol/dataset';
import { DataPage, type DataPageTools, type Decision } from './data-page';

/** The type of the tab that shows data. */
const DATA_VIEW = 'secateur.useData';

/** Shows data to the person before it is used. */
export class DataPages {
  private readonly open = new Map<string, DataPage>();

  constructor(private readonly tools: DataPageTools) {}

  /**
   * Shows what was recognized in data, until the person uses it, wants another or closes the page. Data that is shown already
   * is brought to the front.
   * @param model the model that needs it, by the name that the person knows
   */
  async review(reference: DataReference, model?: string): Promise<Decision> {
    const key = JSON.stringify([reference, model]);
    const shown = this.open.get(key);
    if (shown) {
      shown.show();
      return shown.decision;
    }
    const panel = vscode.window.createWebviewPanel(DATA_VIEW, vscode.l10n.t('Dataset'), vscode.ViewColumn.Active);
    const page = new DataPage(reference, panel, this.tools, model);
    this.open.set(key, page);
    try {
      return await page.decision;
    } finally {
      this.open.delete(key);
    }
  }
}
