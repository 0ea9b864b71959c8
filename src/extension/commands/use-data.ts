import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { plural } from '../../protocol/format';
import type { Decision } from '../data/data-page';
import { pickData, type DataTools } from '../data/pick-data';
import type { Panels } from '../panel/panels';
import { requireTrust } from '../trust';
import { tell } from '../ui/say';

/** Shows the data in a folder or file of the explorer, so that the person can use it; without one, asks for data. */
export async function useData(tools: DataTools & { readonly panels: Panels }, target: unknown): Promise<void> {
  requireTrust(t('Reading data'));
  const [model, ...others] = tools.panels.all;
  const needed = others.length === 0 ? model?.model : undefined;
  await decided(tools, target instanceof vscode.Uri ? await tools.dataPages.review(target.fsPath, needed) : 'another');
}

/** Restores the pages about data that were open when the window closed. */
export const restoreDataPages = (tools: DataTools): vscode.Disposable =>
  tools.dataPages.restore((decision) => decided(tools, decision));

/** Does what the person decided on a page about data. */
async function decided(tools: DataTools, decision: Decision): Promise<void> {
  const used = decision === 'another' ? await pickData(tools) : decision;
  if (!used) return;
  const { train, validation, test } = used.examples;
  void tell(
    t('{0} is now the dataset of this workspace: {1}.', used.name, plural(train + validation + test, 'example')),
  );
}
