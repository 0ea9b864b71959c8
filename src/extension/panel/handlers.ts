import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import type { PanelRequests, RecipeJob } from '../../protocol/panel';
import { withReferenced } from '../../protocol/referenced';
import type { RunTableRequests } from '../../protocol/runs-page';
import type { Handlers } from '../../rpc/peer';
import { COMMANDS, RECIPE_SCHEMA_URI } from '../constants';
import { pickData } from '../data/pick-data';
import { chooseNormalization } from '../data/pick-normalization';
import { besideFolder, folderNameProblem, freeName, modelLabel } from '../runs/folder-name';
import { concerns } from '../runs-view/run-list';
import { runTableHandlers } from '../runs-view/table-handlers';
import { jobRecipe, recipeText } from '../runs/job-recipe';
import { jobRun } from '../runs/job-request';
import { jobName } from '../runs/job-name';
import { portablePath } from '../../disk/paths';
import { earlierWeights } from './earlier-weights';
import { takenPlan } from './earlier-plans';
import { openDocs } from './open-docs';
import { openRecipe } from './open-recipe';
import { adviseInPanel } from './advise-in-panel';
import { answersInPanel } from './answers-in-panel';
import { evaluateInPanel } from './evaluate-in-panel';
import type { OpenCheckpoint } from './open-checkpoint';
import { planStep } from './plan-step';
import { scanInPanel } from './scan-in-panel';
import type { PanelTools } from './tools';

/** Milliseconds between the first questions of the page and the opening of the dataset. */
const DATA_WAITS = 250;

/** Serves the page of a panel. `isGone`: the page has ended, which cancels questions but no run. */
export function panelHandlers(
  panel: OpenCheckpoint,
  tools: PanelTools,
  isGone: () => boolean,
): Handlers<PanelRequests & RunTableRequests> {
  const { model } = panel;
  const { engine, normalizations, panels, runStarter, runList, scanner, log } = tools;
  /** Recipes name the checkpoint from here. */
  const recipeFolder = (): string => workspaceFolderOf(panel.uri) ?? path.dirname(model);
  // Steps name checkpoints from the folder of the model, see `jobRun`.
  const fromFolder = (given: string): string => portablePath(path.resolve(path.dirname(model), given), recipeFolder());
  const textOf = (job: RecipeJob): string =>
    recipeText(
      jobRecipe(withReferenced(job, fromFolder), portablePath(model, recipeFolder()), panel.data),
      RECIPE_SCHEMA_URI,
    );

  return {
    async ready(_, context) {
      const state = await panel.load(false, context);
      setTimeout(() => panel.openData(), DATA_WAITS);
      const focus = panels.takeFocus(model);
      return focus ? { ...state, focus } : state;
    },
    reload: (_, context) => panel.load(true, context),
    histogram: (asked, { signal }) => engine.call('histogram', { model, ...asked }, { signal }),
    sheet: (asked, { signal }) => engine.call('sheet', { model, ...asked }, { signal }),
    topology: (_, { signal }) => engine.call('topology', { model }, { signal }),
    levels: (asked, { signal }) => engine.call('levels', { model, ...asked }, { signal }),
    plan: (asked, context) => planStep(panel, engine, asked, context),
    sensitivity: (asked, context) => scanInPanel(panel, tools, asked, context),
    advise: (asked, context) => adviseInPanel(panel, tools, asked, context),
    answers: (asked, context) => answersInPanel(panel, tools, asked, context),
    evaluate: (_, context) => evaluateInPanel(panel, tools, context, isGone),
    proposeFolder({ steps, sparsity }) {
      const parent = besideFolder(model, workspaceFolderOf(panel.uri));
      const name = jobName(modelLabel(model), steps, sparsity);
      const folder = freeName(name, (candidate) => existsSync(path.join(parent, candidate)));
      return Promise.resolve({ folder, parent });
    },
    checkFolder({ folder }) {
      const parent = besideFolder(model, workspaceFolderOf(panel.uri));
      const fault = folderNameProblem(folder, (name) => existsSync(path.join(parent, name)));
      return Promise.resolve({ fault: fault ?? null });
    },
    async run(job, context) {
      panel.run.refuseSecond();
      await panel.settleNormalization(context.signal);
      panel.run.refuseSecond();
      const request = jobRun(job, model, workspaceFolderOf(panel.uri), panel.data);
      panel.run.set(
        job,
        runStarter.startQuietly(request, () => panel.isLive),
      );
      return panel.run.follow(context, isGone);
    },
    followRun: (_, context) => panel.run.follow(context, isGone),
    async copyRecipe(job) {
      await vscode.env.clipboard.writeText(textOf(job));
      return null;
    },
    async openRecipe(job) {
      const { folder, steps } = job;
      const isName = folderNameProblem(folder, () => false) === undefined;
      await openRecipe(textOf(job), recipeFolder(), isName ? folder : jobName(modelLabel(model), steps, null));
      return null;
    },
    async chooseData() {
      return (await pickData(tools, model)) ?? null;
    },
    async chooseNormalization() {
      const { data, inspected } = panel;
      if (data !== undefined && inspected) await chooseNormalization(normalizations, inspected, data);
      return null;
    },
    async openCheckpoint({ path: file }) {
      await panels.show(checkpointUri(file));
      return null;
    },
    evaluateCheckpoint({ path: file }) {
      const uri = checkpointUri(file);
      // The command shows its own progress and errors.
      void vscode.commands.executeCommand(COMMANDS.evaluateCheckpoint, uri);
      return Promise.resolve(null);
    },
    async takePlan({ place }) {
      const { start, steps } = await takenPlan(model, place);
      await panels.show(vscode.Uri.file(start), { part: 'recipe', steps });
      return null;
    },
    async openAsText() {
      await vscode.commands.executeCommand('vscode.openWith', panel.uri, 'default');
      return null;
    },
    ...runTableHandlers(runList),
    ownRuns: async () => (await runList.all()).filter((run) => concerns(run, model)).map(({ row }) => row),
    packing: (_, { signal }) => engine.call('packing', { model }, { signal }),
    async brotli(_, { signal }) {
      const { totals } = await engine.call('inspect', { model, brotli: true }, { signal });
      if (totals.brotliBytes === undefined) throw new Error('The engine gave no brotli size.');
      return { brotliBytes: totals.brotliBytes };
    },
    async trustWorkspace() {
      await vscode.commands.executeCommand('workbench.trust.manage');
      return null;
    },
    async earlierWeights() {
      await scanner.whenScanned();
      return earlierWeights(model, scanner.checkpoints, recipeFolder());
    },
    async openDocs({ page }) {
      await openDocs(tools.extensionUri, page);
      return null;
    },
    showLog() {
      log.show(true);
      return Promise.resolve(null);
    },
  };
}

function workspaceFolderOf(uri: vscode.Uri): string | undefined {
  return vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
}

/** @throws UserError if the file is gone */
function checkpointUri(file: string): vscode.Uri {
  if (!path.isAbsolute(file) || !existsSync(file))
    throw new UserError(t('{0} is gone: it was moved or deleted.', file));
  return vscode.Uri.file(file);
}
