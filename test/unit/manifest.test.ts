import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';

const MenuItem = z.looseObject({ command: z.string().optional(), when: z.string().optional() });
const Manifest = z.object({
  icon: z.string(),
  main: z.string(),
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), category: z.string().optional() })),
    menus: z.record(z.string(), z.array(MenuItem)),
    customEditors: z.array(z.object({ viewType: z.string() })),
    views: z.record(z.string(), z.array(z.object({ id: z.string() }))),
    configuration: z.object({ properties: z.record(z.string(), z.unknown()) }),
    jsonValidation: z.array(z.object({ url: z.string() })),
    mcpServerDefinitionProviders: z.array(z.object({ id: z.string() })),
    chatSkills: z.array(z.object({ path: z.string() })),
    walkthroughs: z.array(z.object({ steps: z.array(z.object({ media: z.record(z.string(), z.string()) })) })),
  }),
});

const manifest = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')));
const { contributes } = manifest;
const commands = contributes.commands.map(({ command }) => command);
const viewTypes = [
  ...contributes.customEditors.map(({ viewType }) => viewType),
  ...Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id)),
];
const providers = contributes.mcpServerDefinitionProviders.map(({ id }) => id);
const settings = Object.keys(contributes.configuration.properties);
const conditions = Object.values(contributes.menus).flatMap((items) => items.map(({ when }) => when ?? ''));
const contextKeys = conditions.flatMap((when) => when.match(/\bsecateur\.\w+/g) ?? []);

/** Every id in a string of the extension's sources: `secateur.` and words. */
const sources = readdirSync('src/extension', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(`src/extension/${name}`, 'utf8'))
  .join('\n');
const used = new Set([...sources.matchAll(/['"`](secateur\.\w+(?:\.\w+)*)['"`]/g)].map((match) => match[1]!));

test('every id that the extension uses stands in package.json', () => {
  const known = new Set([...commands, ...viewTypes, ...settings, ...contextKeys, ...providers, 'secateur.secateur']);
  expect([...used].filter((id) => !known.has(id))).toEqual([]);
});

test('every command, view type, setting and context key of package.json is used by the extension', () => {
  const declared = [...commands, ...viewTypes, ...settings, ...contextKeys, ...providers];
  expect(declared.filter((id) => !used.has(id))).toEqual([]);
});

test('every command has the category Secateur, and every menu item names a command that exists', () => {
  expect(contributes.commands.filter(({ category }) => category !== 'Secateur')).toEqual([]);
  const offered = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command ?? ''));
  expect(offered.filter((id) => !commands.includes(id))).toEqual([]);
});

test('the files that package.json points at are there', () => {
  const skills = contributes.chatSkills.map((skill) => skill.path);
  const pictures = contributes.walkthroughs.flatMap(({ steps }) =>
    steps.map(({ media }) => media['image'] ?? media['svg'] ?? ''),
  );
  const files = [manifest.icon, ...skills, ...pictures, ...contributes.jsonValidation.map(({ url }) => url)];
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
