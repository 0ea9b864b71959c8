import * as vscode from 'vscode';
import type { Composition } from '../composition-root';
import { TOOLS, toolId } from '../constants';

/** Registers the tools for agents of the editor. Their code is loaded by the first call. */
export function registerTools(composition: () => Promise<Composition>): vscode.Disposable {
  const registered = TOOLS.map((name) =>
    vscode.lm.registerTool<object>(toolId(name), {
      prepareInvocation: async ({ input }) => (await composition()).prepareTool(name, input),
      invoke: async ({ input }, token) => (await composition()).callTool(name, input, token),
    }),
  );
  return vscode.Disposable.from(...registered);
}
