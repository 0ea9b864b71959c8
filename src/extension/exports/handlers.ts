import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors';
import { EXPORT_ENDINGS, EXPORT_WORDS, type ExportRequests } from '../../protocol/exports';
import { t } from '../../protocol/l10n';
import type { Handlers } from '../../rpc/peer';

/** Copies and saves what a page shows. It writes only where the person chose. */
export const exportHandlers: Handlers<ExportRequests> = {
  async copyText({ text }) {
    await vscode.env.clipboard.writeText(text);
    return null;
  },
  async saveFigure({ name, forms }) {
    const [first] = forms;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const proposed = `${name}.${EXPORT_ENDINGS[first!.kind]}`;
    const chosen = await vscode.window.showSaveDialog({
      filters: Object.fromEntries(forms.map(({ kind }) => [EXPORT_WORDS[kind], [EXPORT_ENDINGS[kind]]])),
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, proposed) } : {}),
    });
    if (!chosen) return null;
    const ending = path.extname(chosen.path).slice(1).toLowerCase();
    const form = forms.find(({ kind }) => EXPORT_ENDINGS[kind] === ending);
    if (!form)
      throw new UserError(
        t(
          '{0} does not end with {1}: choose such a name.',
          path.basename(chosen.path),
          forms.map(({ kind }) => `.${EXPORT_ENDINGS[kind]}`).join(', '),
        ),
      );
    await vscode.workspace.fs.writeFile(chosen, Buffer.from(form.content, form.kind === 'png' ? 'base64' : 'utf8'));
    return path.basename(chosen.path);
  },
};
