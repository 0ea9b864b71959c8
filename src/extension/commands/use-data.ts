import * as vscode from 'vscode';
import { plural } from '../../protocol/format';
import { pickData, type DataTools } from '../data/pick-data';
import { requireTrust } from '../trust';
import { tell } from '../ui/say';

/** Shows the data in a folder or file of the explorer, so that the person can use it; without one, asks for data. */
export async function useData(tools: DataTools, target: unknown): Promise<void> {
  requireTrust('Reading data');
  const decision = target instanceof vscode.Uri ? await tools.dataPages.review(target.fsPath) : 'another';
  const used = decision === 'another' ? await pickData(tools) : decision;
  if (!used) return;
  const { train, validation, test } = used.examples;
  void tell(
    vscode.l10n.t(
      '{0} is now the dataset of this workspace: {1}.',
      used.name,
      plural(train + validation + test, 'example'),
    ),
  );
}
