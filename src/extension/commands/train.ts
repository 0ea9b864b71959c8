import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { t, translated } from '../../protocol/l10n';
import type { DataReference } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import { Recipe, RECIPE_VERSION } from '../../protocol/recipe';
import { Architecture, ARCHITECTURES, shipped } from '../../protocol/steps/architecture';
import { dataStep, type DataTools } from '../data/pick-data';
import { folderNameProblem, freeName } from '../runs/folder-name';
import type { RunStarter } from '../runs/run-starter';
import { requireTrust } from '../trust';
import { BACK, inputStep, pickStep, wizard, type Answer } from '../ui/wizard';
import { epochsProblem } from './epochs';

interface Answers {
  /** A network that ships, or the path of a file. */
  architecture: string;
  data: DataReference | undefined;
  epochs: number;
  folder: string;
}

/** The services that the command uses. */
export interface TrainingTools extends DataTools {
  readonly runStarter: RunStarter;
}

/** Asks for architecture, data, epochs and folder, then trains. */
export async function trainModel({ datasets, dataPages, runStarter }: TrainingTools): Promise<void> {
  requireTrust(t('Training'));
  const root = await targetFolder();
  if (!root) return;
  const taken = (name: string): boolean => existsSync(path.join(root, name));
  const start: Answers = { architecture: 'fashion-cnn', data: undefined, epochs: 9, folder: '' };
  const frame = (step: number, totalSteps: number) => ({
    title: t('Secateur: Train Model'),
    step,
    totalSteps,
  });
  const answers = await wizard<Answers>(start, [
    async (_, step, total) => {
      const items = [
        ...Architecture.options.map((label) => ({
          label,
          detail: translated(ARCHITECTURES[label].purpose),
          isOwn: false,
        })),
        {
          label: t('Your own…'),
          detail: t('a model.json, whose weights do not count'),
          isOwn: true,
        },
      ];
      const item = await pickStep(frame(step, total), t('Architecture'), items);
      if (item === undefined || item === BACK) return item;
      return item.isOwn ? ownArchitecture(root) : { architecture: item.label };
    },
    async (_, step, total) =>
      mapAnswer(await dataStep({ datasets, dataPages }, frame(step, total)), () => ({ data: datasets.chosen })),
    async ({ epochs }, step, total) => {
      const prompt = t('Epochs: passes over the training examples');
      const answer = await inputStep(frame(step, total), prompt, String(epochs), epochsProblem);
      return mapAnswer(answer, (text) => ({ epochs: Number(text) }));
    },
    async ({ architecture, folder }, step, total) => {
      const prompt = t('Name of the new folder in {0}', path.basename(root));
      const proposal = folder || freeName(nameOf(architecture), taken);
      const problem = (name: string) => folderNameProblem(name, taken);
      return mapAnswer(await inputStep(frame(step, total), prompt, proposal, problem), (name) => ({ folder: name }));
    },
  ]);
  if (!answers) return;
  const { architecture, data, epochs, folder } = answers;
  runStarter.start({
    title: t('Train {0}', nameOf(architecture)),
    recipe: Recipe.parse({ recipeVersion: RECIPE_VERSION, data, steps: [{ step: 'train', architecture, epochs }] }),
    baseFolder: root,
    out: path.join(root, folder),
    resume: false,
  });
}

/** Asks for the description of a network; back where the person picks none. */
async function ownArchitecture(root: string): Promise<Answer<Pick<Answers, 'architecture'>>> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('The model.json of your network'),
      defaultUri: vscode.Uri.file(root),
      filters: { JSON: ['json'] },
    })) ?? [];
  return file ? { architecture: file.fsPath } : BACK;
}

/** The name of an architecture for people: that of the file's folder where it is a model.json. */
function nameOf(architecture: string): string {
  if (shipped(architecture)) return architecture;
  const { dir, name } = path.parse(architecture);
  return name === 'model' ? path.basename(dir) : name;
}

/** The workspace folder for the new model; undefined if the person cancels. */
async function targetFolder(): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new UserError(t('No folder is open: open a folder for the trained model first.'));
  const folder = folders.length === 1 ? folders[0] : await vscode.window.showWorkspaceFolderPick();
  return folder?.uri.fsPath;
}

function mapAnswer<T, U>(answer: Answer<T>, map: (value: T) => U): Answer<U> {
  if (answer === undefined) return undefined;
  return answer === BACK ? BACK : map(answer);
}
