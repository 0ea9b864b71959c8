import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { ReviewedData } from '../../protocol/data-page';
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
   * @param model the absolute path of the model that needs it
   */
  async review(reference: DataReference, model?: string): Promise<Decision> {
    const reviewed = { reference, ...(model === undefined ? {} : { model }) };
    const shown = this.open.get(JSON.stringify(reviewed));
    if (shown) {
      shown.show();
      return shown.decision;
    }
    const panel = vscode.window.createWebviewPanel(DATA_VIEW, t('Dataset'), vscode.ViewColumn.Active);
    return this.fill(panel, reviewed);
  }

  /**
   * Restores the pages that were open when the window closed.
   * @param decided does what the person decides on such a page
   */
  restore(decided: (decision: Decision) => Promise<void>): vscode.Disposable {
    return vscode.window.registerWebviewPanelSerializer(DATA_VIEW, {
      deserializeWebviewPanel: (panel, state: unknown) => {
        const reviewed = ReviewedData.safeParse(state);
        if (reviewed.success) void this.fill(panel, reviewed.data).then(decided);
        else panel.dispose();
        return Promise.resolve();
      },
    });
  }

  private async fill(panel: vscode.WebviewPanel, reviewed: ReviewedData): Promise<Decision> {
    const key = JSON.stringify(reviewed);
    const page = new DataPage(reviewed, panel, this.tools);
    this.open.set(key, page);
    try {
      return await page.decision;
    } finally {
      if (this.open.get(key) === page) this.open.delete(key);
    }
  }
}
