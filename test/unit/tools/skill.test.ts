import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { createProgram } from '../../../src/engine/cli/program';
import { RecipeStep } from '../../../src/protocol/steps';
import { Recipe } from '../../../src/protocol/recipe';
import { AdviceGoal } from '../../../src/protocol/advice';
import { tools } from '../../../src/tools/list';

const Manifest = z.object({ contributes: z.object({ chatSkills: z.array(z.object({ path: z.string() })) }) });
const [{ path: file } = { path: '' }, ...others] = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8'))).contributes.chatSkills; // prettier-ignore
const text = readFileSync(file, 'utf8');
const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
const fields = Object.fromEntries(head.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])); // prettier-ignore

test('the skill has the head that editors ask for, and at most 100 lines', () => {
  expect(others).toEqual([]);
  expect(fields['name']).toBe(path.basename(path.dirname(file)));
  expect(fields['name']).toMatch(/^[a-z][a-z-]{0,63}$/);
  expect(fields['description']!.length).toBeLessThanOrEqual(1024);
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(100);
});

test('every input of a tool in the skill is valid, and every tool is named', () => {
  const examples = [...body.matchAll(/```json tool=(\w+)\n(.*?)```/gs)];
  expect(examples.length).toBeGreaterThan(4);
  for (const [, name, input] of examples) {
    const tool = tools.find((one) => one.name === name)!;
    const given: unknown = tool.input.parse(JSON.parse(input!));
    const { step, recipe } = z.object({ step: z.unknown(), recipe: z.unknown() }).partial().parse(given);
    if (step !== undefined) RecipeStep.parse(step);
    if (recipe !== undefined) Recipe.parse(recipe);
  }
  for (const { name } of tools) expect(body).toContain(`\`${name}\``);
  for (const [, goal] of body.matchAll(/`(\{"(?:bytes|macs|latency|metric)": [^`]*\})`/g)) AdviceGoal.parse(JSON.parse(goal!)); // prettier-ignore
});

test('every command in the skill exists with its options', async () => {
  const commands = [...body.matchAll(/^secateur (.*)$/gm)].map(([, command]) => command!);
  expect(commands.length).toBeGreaterThan(4);
  for (const command of commands) {
    let performed = 0;
    const program = createProgram('1.2.3', () => Promise.resolve(void performed++), { help: () => undefined, misuse: () => undefined }); // prettier-ignore
    const parsed = program.parseAsync(command.split(' '), { from: 'user' });
    await expect(parsed.catch((error: unknown) => (error instanceof CommanderError ? error.message : ''))).resolves.not.toBeTypeOf('string'); // prettier-ignore
    expect(performed, command).toBe(1);
  }
});
