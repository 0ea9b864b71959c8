import * as vscode from 'vscode';
import type { DocsPage } from '../../protocol/docs';

/** Opens a page of the documentation as a person reads it; as its text where the editor has no preview of Markdown. */
export async function openDocs(extensionUri: vscode.Uri, page: DocsPage): Promise<void> {
  const uri = vscode.Uri.joinPath(extensionUri, 'docs', `${page}.md`);
  try {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } catch {
    await vscode.window.showTextDocument(uri);
  }
}
