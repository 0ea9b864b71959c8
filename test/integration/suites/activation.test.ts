import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { z } from 'zod';

const Manifest = z.object({
  contributes: z.object({ commands: z.array(z.object({ command: z.string() })).min(1) }),
});

describe('the extension', () => {
  it('comes up, and registers every command of its manifest', async () => {
    const extension = vscode.extensions.getExtension('secateur.secateur');
    assert.ok(extension, 'not installed');
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const command of Manifest.parse(extension.packageJSON).contributes.commands.map((entry) => entry.command))
      assert.ok(registered.has(command), `${command} is not registered`);
  });
});
