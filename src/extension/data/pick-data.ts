import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { isNamed, plainData, type DataReference, type DatasetInfo } from '../../protocol/dataset';
import { withProgressShown } from '../ui/shown-progress';
import { modelLabel } from '../runs/folder-name';
import { BACK, pickStep, type Answer, type Frame } from '../ui/wizard';
import type { DataPages } from './data-pages';
import type { Datasets } from './datasets';

type DataItem = vscode.QuickPickItem & { reference?: DataReference; place?: 'folder' | 'file' };

/** The services that a choice of data uses. */
export interface DataTools {
  readonly datasets: Datasets;
  readonly dataPages: DataPages;
}

/**
 * Asks for the dataset of this workspace, shows a folder or file before it is used, and remembers the choice; undefined if the person cancels.
 *
 * @param model the absolute path of the model that needs it
 */
export async function pickData(tools: DataTools, model?: string): Promise<DatasetInfo | undefined> {
  const title =
    model === undefined ? t('Secateur: Choose Dataset') : t('Secateur: Choose Dataset for {0}', modelLabel(model));
  const frame = { title, step: 1, totalSteps: 1 };
  const info = await dataStep(tools, frame, model);
  return info === BACK ? undefined : info;
}

/** The same as one step of several. */
export async function dataStep(tools: DataTools, frame: Frame, model?: string): Promise<Answer<DatasetInfo>> {
  const placeholder = t('Images for training and for measuring accuracy');
  for (;;) {
    const item = await pickStep(frame, placeholder, dataItems(tools.datasets.chosen));
    if (item === BACK || item === undefined) return item;
    const reference = item.reference ?? (await pickPlace(item.place === 'file'));
    if (reference === undefined) return undefined;
    if (isNamed(sourceOf(reference))) return useNamed(tools, reference, model);
    const decision = await tools.dataPages.review(reference, model);
    if (decision !== 'another') return decision;
  }
}

async function useNamed({ datasets }: DataTools, reference: DataReference, model?: string): Promise<DatasetInfo> {
  const name = nameOf(reference);
  const title = model === undefined ? t('Opening {0}', name) : t('Opening {0} for {1}', name, modelLabel(model));
  return withProgressShown(title, (options) => datasets.choose(reference, options));
}

/** The name of a dataset with a name, as the list shows it. */
const nameOf = (reference: DataReference): string => {
  const item = dataItems(undefined).find((one) => one.reference === plainData(reference));
  return item?.label ?? sourceOf(reference);
};

const sourceOf = (reference: DataReference): string => (typeof reference === 'string' ? reference : reference.source);

function dataItems(chosen: DataReference | undefined): DataItem[] {
  const isChosen = (reference: DataReference): boolean => JSON.stringify(reference) === JSON.stringify(chosen);
  const named = (label: string, detail: string, reference: string): DataItem => {
    const item = { label, detail, reference };
    return isChosen(reference) ? { ...item, description: t('in use') } : item;
  };
  const items: DataItem[] = [
    named(
      'Fashion-MNIST',
      t('70,000 images: from the folder in the settings, this system, or a download; otherwise the sample'),
      'fashion-mnist',
    ),
    named(
      t('Fashion-MNIST sample'),
      t('A small part that ships with Secateur: for trying things out, not for results to quote'),
      'fashion-mnist-sample',
    ),
    named('MNIST', t('70,000 gray images of handwritten digits: on this system, or a download of 12 MB'), 'mnist'),
    named(
      'Kuzushiji-MNIST',
      t('70,000 gray images of Japanese characters: on this system, or a download of 21 MB'),
      'kmnist',
    ),
    named(
      'CIFAR-10',
      t('60,000 color images of animals and vehicles: on this system, or a download of 170 MB'),
      'cifar10',
    ),
    {
      label: t('Folder…'),
      detail: t('Pictures in a folder for each class, IDX files, arrays of NumPy, Parquet files, or tables'),
      place: 'folder',
    },
    {
      label: t('File…'),
      detail: t('A table (CSV, TSV), arrays of NumPy (NPZ), a Parquet file, or a NAME.data.json'),
      place: 'file',
    },
  ];
  if (chosen === undefined || items.some(({ reference }) => reference !== undefined && isChosen(reference)))
    return items;
  return [{ label: sourceOf(chosen), description: t('in use'), reference: chosen }, ...items];
}

async function pickPlace(isFile: boolean): Promise<string | undefined> {
  const [place] =
    (await vscode.window.showOpenDialog({
      title: isFile ? t('File of data') : t('Folder of data'),
      openLabel: t('Choose'),
      canSelectFolders: !isFile,
      canSelectFiles: isFile,
    })) ?? [];
  return place?.fsPath;
}
