import * as vscode from 'vscode';
import { cancellable } from '../ui/cancellable';
import { CancelledError, UserError } from '../../protocol/errors';
import { t, translated } from '../../protocol/l10n';
import { tools } from '../../tools/list';
import { Places } from '../../tools/places';
import { callTool, type Tool, type ToolWorld } from '../../tools/tool';
import type { SharedEngine } from '../child/shared-engine';
import type { ToolName } from '../constants';
import type { RunStarter } from '../runs/run-starter';
import { requireTrust } from '../trust';
import { workspaceFolders } from './places';

/** The services that tools use. */
export interface AgentTools {
  readonly engine: SharedEngine;
  readonly runStarter: RunStarter;
}

const toolOf = (name: ToolName): Tool => {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`the tool ${name} is not defined`);
  return tool;
};

/** Says what a call is going to do. One that writes asks the person first, with its input in full. */
export function prepareTool(name: ToolName, input: object): vscode.PreparedToolInvocation {
  const { title, writes } = toolOf(name);
  const invocationMessage = t('Secateur: {0}', translated(title));
  if (!writes) return { invocationMessage };
  // A block of code shows everything as it is, so that no text of an agent hides another.
  const block = new vscode.MarkdownString().appendCodeblock(JSON.stringify(input, null, 2), 'json');
  return {
    invocationMessage,
    confirmationMessages: { title: t('Secateur: {0}?', translated(title)), message: block },
  };
}

/** Calls a tool for an agent of the editor: it reaches the folders of the workspace only. @throws UserError, CancelledError */
export async function callToolInEditor(
  name: ToolName,
  input: object,
  token: vscode.CancellationToken,
  { engine, runStarter }: AgentTools,
): Promise<vscode.LanguageModelToolResult> {
  const folders = workspaceFolders();
  if (folders.length === 0) throw new UserError(t('No folder is open: open the folder in which your models lie.'));
  const world: ToolWorld = {
    places: await Places.open(folders),
    ask: engine.call,
    run: async (run, signal, onEvent) => {
      requireTrust(t('Running a recipe'));
      if (signal.aborted) throw new CancelledError();
      const job = runStarter.start({ title: t('Recipe of an agent'), ...run });
      signal.addEventListener('abort', () => job.cancel(), { once: true });
      return job.follow(onEvent);
    },
  };
  const { data, text } = await callTool(toolOf(name), input, world, {
    signal: cancellable(token),
    report: () => undefined,
  });
  return new vscode.LanguageModelToolResult([
    new vscode.LanguageModelTextPart(text),
    new vscode.LanguageModelTextPart(JSON.stringify(data)),
  ]);
}
