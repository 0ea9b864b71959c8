import * as vscode from 'vscode';
import type { DataReference, DatasetInfo } from '../../protocol/dataset';
import { cancellable } from '../ui/cancellable';
import { BACK, pickStep, type Answer, type Frame } from '../ui/wizard';
import type { Datasets } from './datasets';

type DataItem = vscode.QuickPickItem & { reference?: DataReference; place?: 'folder' | 'file' };

/**
 * Asks for the dataset of this workspace, opens it, and remembers it; undefined if the person cancels.
 *
 * @param model the model that needs it, by the name that the person knows
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

/** The same as one step of several. */
export async function dataStep(datasets: Datasets, frame: Frame): Promise<Answer<DatasetInfo>> {
  const placeholder = vscode.l10n.t('Images for training and for measuring accuracy');
  const item = await pickStep(frame, placeholder, dataItems(datasets.chosen));
  if (item === BACK || item === undefined) return item;
  const reference = item.reference ?? (await pickPlace(item.place === 'file'));
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
      vscode.l10n.t('A small part that ships with Secateur: for trying things out, not for results to quote'),
      'fashion-mnist-sample',
    ),
    named(
      'MNIST',
      vscode.l10n.t('70,000 gray images of handwritten digits: on this system, or a download of 12 MB'),
      'mnist',
    ),
    named(
      'Kuzushiji-MNIST',
      vscode.l10n.t('70,000 gray images of Japanese characters: on this system, or a download of 21 MB'),
      'kmnist',
    ),
    named(
      'CIFAR-10',
      vscode.l10n.t('60,000 color images of animals and vehicles: on this system, or a download of 170 MB'),
      'cifar10',
    ),
    {
      label: vscode.l10n.t('Folder…'),
      detail: vscode.l10n.t(
        'Pictures in a folder for each class, IDX files, arrays of NumPy, Parquet files, or tables',
      ),
      place: 'folder',
    },
    {
      label: vscode.l10n.t('File…'),
      detail: vscode.l10n.t('A table (CSV, TSV), arrays of NumPy (NPZ), a Parquet file, or a NAME.data.json'),
      place: 'file',
    },
  ];
  if (chosen === undefined || items.some(({ reference }) => reference !== undefined && isChosen(reference)))
    return items;
  const label = typeof chosen === 'string' ? chosen : chosen.source;
  return [{ label, description: vscode.l10n.t('in use'), reference: chosen }, ...items];
}

async function pickPlace(isFile: boolean): Promise<string | undefined> {
  const [place] =
    (await vscode.window.showOpenDialog({
      title: isFile ? vscode.l10n.t('File of data') : vscode.l10n.t('Folder of data'),
      openLabel: vscode.l10n.t('Choose'),
      canSelectFolders: !isFile,
      canSelectFiles: isFile,
    })) ?? [];
  return place?.fsPath;
}
