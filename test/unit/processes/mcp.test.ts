import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { eventually } from '../eventually';
import { isAlive } from '../child/fake-engine';
import { temporaryFolder } from '../temporary';
import { secateur } from './secateur';

it.each(['legacy', 'auto'] as const)(
  'the server answers a client that begins in the way "%s", and ends with it',
  async (mode) => {
    const folder = await temporaryFolder();
    await cp('media/samples/fashion-cnn', path.join(folder, 'net'), { recursive: true });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [path.join(inject('dist'), 'cli.js'), 'mcp', folder, '--threads', '1', '--verbose'],
      stderr: 'pipe',
    });
    let log = '';
    transport.stderr?.on('data', (text: Buffer) => (log += text.toString('utf8')));
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    onTestFinished(() => client.close());
    await client.connect(transport);
    const server = transport.pid;
    const answer = await client.callTool({ name: 'inspect', arguments: { model: 'net', layers: 1 } });
    expect(answer.structuredContent).toMatchObject({ leftOut: expect.any(Number) as number });
    const recipe = { recipeVersion: 1, checkpoint: 'net', steps: [{ step: 'quantize', bits: 'int8' }] };
    const ran = await client.callTool({ name: 'run_recipe', arguments: { recipe, out: 'eight' } });
    expect(ran.structuredContent).toMatchObject({ folder: path.join(folder, 'eight') });
    await client.close();
    await eventually(() => expect(server !== null && isAlive(server)).toBe(false));
    expect(log).not.toMatch(/error/i);
  },
);

it('a start that cannot be is told in one sentence', async () => {
  const [help, none, missing] = await Promise.all([
    secateur(['mcp', '--help']),
    secateur(['mcp']),
    secateur(['mcp', '/nowhere/at/all']),
  ]);
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('secateur mcp') as string });
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(missing).toEqual({
    code: 1,
    stdout: '',
    stderr: 'The folder "/nowhere/at/all" does not exist: name a folder.\n',
  });
});
