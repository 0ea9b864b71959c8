import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { toolContributions } from '../../../scripts/setup/tool-contributions';
import { MCP_PROVIDER, TOOLS } from '../../../src/extension/constants';
import { stepNames } from '../../../src/protocol/steps';
import { tools } from '../../../src/tools/list';

const Manifest = z.object({
  contributes: z.object({
    languageModelTools: z.array(z.unknown()),
    mcpServerDefinitionProviders: z.array(z.object({ id: z.string() })),
  }),
});
const { contributes } = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')));

test('the tools in package.json are those of src/tools: run `npm run schemas` if this fails', () => {
  expect(contributes.languageModelTools).toEqual(JSON.parse(JSON.stringify(toolContributions())));
});

test('the editor registers each of them, and the provider of the server', () => {
  expect(TOOLS).toEqual(tools.map(({ name }) => name));
  expect(contributes.mcpServerDefinitionProviders.map(({ id }) => id)).toEqual([MCP_PROVIDER]);
});

test('one tool writes, and it tells the options of every step', () => {
  const [writing, ...others] = tools.filter(({ writes }) => writes);
  expect(others).toEqual([]);
  expect(writing?.name).toBe('run_recipe');
  for (const name of stepNames) expect(writing?.description).toMatch(new RegExp(`^${name} \\{`, 'm'));
});
