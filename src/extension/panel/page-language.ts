import * as vscode from 'vscode';
import type { PageParts } from './html';

/** The language of the editor, and the texts of the page in it where there are some. */
export function pageLanguage(): Pick<PageParts, 'language' | 'texts'> {
  const { bundle } = vscode.l10n;
  return { language: vscode.env.language, ...(bundle ? { texts: bundle } : {}) };
}
