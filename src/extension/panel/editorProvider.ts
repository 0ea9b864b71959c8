import * as vscode from 'vscode';
import { VIEW_TYPE } from '../constants';
import type { Services } from '../services';
import { CheckpointPanel } from './panel';

/** The read-only editor of checkpoints; VS Code brings its tabs back after a reload of the window. */
export function registerCheckpointEditor(services: Services): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: (document, webviewPanel) => {
      // The engine comes up while VS Code loads the page.
      services.engine.warm();
      services.panels.add(new CheckpointPanel(document.uri, webviewPanel, services));
    },
  };
  return vscode.window.registerCustomEditorProvider(VIEW_TYPE, provider, { supportsMultipleEditorsPerDocument: true });
}
