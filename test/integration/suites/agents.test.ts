import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { toolId, TOOLS } from '../../../src/extension/constants';
import { failureOf, installedFolder, sampleModel, secateur } from './support/extension';

const ask = async (name: string, input: object): Promise<string[]> => {
  const { content } = await vscode.lm.invokeTool(toolId(name), { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''));
};

describe('the tools for agents', () => {
  before(async () => {
    await secateur();
  });

  it('are known to the editor, each with the schema of its input', () => {
    for (const name of TOOLS) {
      const tool = vscode.lm.tools.find((one) => one.name === toolId(name));
      assert.ok(tool?.inputSchema, `${name} is not registered`);
    }
  });

  it('answer in a few lines and as data, within the workspace only', async () => {
    const [text, data] = await ask('inspect', { model: 'samples/fashion-cnn', layers: 1 });
    assert.match(text ?? '', /^fashion-cnn \(layers-model\): 458,570 parameters/);
    assert.ok((data ?? '').startsWith('{"name":"fashion-cnn"'));
    const outside = await failureOf(ask('inspect', { model: '/' }));
    assert.match(outside.message, /lies outside of the folders that may be read/);
  });

  it('have a server in the package, which starts as the editor starts it', async () => {
    const program = path.join(installedFolder(), 'dist', 'cli.js');
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const started = promisify(execFile)(process.execPath, [program, 'mcp', path.dirname(sampleModel())], { env });
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    started.child.stdin?.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: hello })}\n`);
    const { stdout } = await started;
    assert.match(stdout, /"serverInfo":\{[^}]*"name":"secateur"/);
  });
});
