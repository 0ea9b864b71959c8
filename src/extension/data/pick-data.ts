import * as vscode from 'vscode';
import type { DataReference, DatasetInfo } from '../../protocol/dataset';
import { cancellable } from '../ui/cancellable';
import { BACK, pickStep, type Answer, type Frame } from '../ui/wizard';
import type { Datasets } from './datasets';

type DataItem = vscode.QuickPickItem & { reference?: DataReference };

/**
 * Asks which dataset this workspace uses, opens it, and remembers it; undefined: the person changed their mind.
 *
 * @param model what it is asked for, as the person calls it
 */
export async function pickData(datasets: Datasets, model?: string): Promise<DatasetInfo | undefined> {
  const title =
    model === undefined
      ? vscode.l10n.t('Secateur: Choose Dataset')
      : vscode.l10n.t('Secateur: Choose Dataset for {0}', model);
  const frame = { title, step: 1, totalSteps: 1 };
  const info = await dataStep(datasets, frame);
  return info === BACK ? undefined : info;
}

/** The same as one question in a row. */
export async function dataStep(datasets: Datasets, frame: Frame): Promise<Answer<DatasetInfo>> {
  const placeholder = vscode.l10n.t('Images on which to train and to measure accuracy');
  const item = await pickStep(frame, placeholder, dataItems(datasets.chosen));
  if (item === BACK || item === undefined) return item;
  const reference = item.reference ?? (await pickFolder());
  if (reference === undefined) return undefined;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Opening the dataset'),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (_, token) => datasets.choose(reference, cancellable(token)));
}

function dataItems(chosen: DataReference | undefined): DataItem[] {
  const isChosen = (reference: DataReference): boolean => JSON.stringify(reference) === JSON.stringify(chosen);
  const named = (label: string, detail: string, reference: string): DataItem => {
    const item = { label, detail, reference };
    return isChosen(reference) ? { ...item, description: vscode.l10n.t('in use') } : item;
  };
  const items: DataItem[] = [
    named(
      'Fashion-MNIST',
      vscode.l10n.t('70,000 images: from the folder in the settings, this system, or a download; otherwise the sample'),
      'fashion-mnist',
    ),
    named(
      vscode.l10n.t('Fashion-MNIST sample'),
      vscode.l10n.t('A small part that ships with Secateur: to try things out, not for figures worth quoting'),
      'fashion-mnist-sample',
    ),
    { label: vscode.l10n.t('Folder…'), detail: vscode.l10n.t('Any folder with four IDX files, gzipped or not') },
  ];
  if (chosen === undefined || items.some(({ reference }) => reference !== undefined && isChosen(reference)))
    return items;
  const label = typeof chosen === 'string' ? chosen : chosen.source;
  return [{ label, description: vscode.l10n.t('in use'), reference: chosen }, ...items];
}

async function pickFolder(): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Folder with four IDX files'),
      openLabel: vscode.l10n.t('Choose'),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  return folder?.fsPath;
}
