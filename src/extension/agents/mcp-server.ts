import { statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { MCP_PROVIDER } from '../constants';
import { concernsEngine, settings } from '../settings';
import { workspaceFolders } from './places';

declare const SECATEUR_VERSION: string;

/**
 * Offers the MCP server to the editor: over the folders of a trusted workspace, with the settings of the engine. Does nothing in
 * editors without that API.
 */
export function registerMcpServer(context: vscode.ExtensionContext): vscode.Disposable {
  const { McpStdioServerDefinition, lm } = vscode;
  if (!McpStdioServerDefinition || !lm.registerMcpServerDefinitionProvider)
    return new vscode.Disposable(() => undefined);
  const changed = new vscode.EventEmitter<void>();
  const tell = (): void => changed.fire();
  const provider = {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: (): object[] => {
      const folders = workspaceFolders();
      if (!vscode.workspace.isTrusted || folders.length === 0) return [];
      const program = context.asAbsolutePath(path.join('dist', 'cli.js'));
      const args = [program, 'mcp', ...folders, ...optionsOfServer()];
      // The program of the editor runs as Node.js.
      const env = { ELECTRON_RUN_AS_NODE: '1' };
      return [
        new McpStdioServerDefinition('Secateur', settings.nodePath() ?? process.execPath, args, env, SECATEUR_VERSION),
      ];
    },
  };
  return vscode.Disposable.from(
    changed,
    lm.registerMcpServerDefinitionProvider(MCP_PROVIDER, provider),
    vscode.workspace.onDidGrantWorkspaceTrust(tell),
    vscode.workspace.onDidChangeWorkspaceFolders(tell),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (concernsEngine(change)) tell();
    }),
  );
}

/** The settings of the engine as options of `secateur mcp`. */
function optionsOfServer(): string[] {
  const data = settings.dataFolder();
  const threads = settings.threads();
  const backend = settings.backend();
  const tensorflow = settings.tensorflowPath();
  const layers = settings.layers();
  return [
    ...(data === undefined ? [] : ['--data-folder', data]),
    ...(data !== undefined && isFolder(data) ? ['--read', data] : []),
    ...(threads === 0 ? [] : ['--threads', String(threads)]),
    ...(backend === 'auto' ? [] : ['--backend', backend]),
    ...(tensorflow === undefined ? [] : ['--tensorflow-path', tensorflow]),
    ...(layers === undefined ? [] : ['--custom-layers', layers]),
  ];
}

const isFolder = (place: string): boolean => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
