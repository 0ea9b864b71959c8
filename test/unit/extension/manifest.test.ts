import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { COMMANDS, CONTEXT } from '../../../src/extension/constants';

const MenuItem = z.object({ command: z.string(), when: z.string().optional() });
const Manifest = z.object({
  extensionKind: z.array(z.string()),
  activationEvents: z.array(z.string()),
  capabilities: z.object({
    untrustedWorkspaces: z.object({
      supported: z.literal('limited'),
      description: z.string(),
      restrictedConfigurations: z.array(z.string()),
    }),
    virtualWorkspaces: z.object({ supported: z.literal(false), description: z.string() }),
  }),
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), enablement: z.string().optional() })),
    menus: z.record(z.string(), z.array(MenuItem)),
    customEditors: z.array(z.object({ priority: z.string() })),
    configuration: z.object({
      properties: z.record(z.string(), z.object({ scope: z.string(), markdownDescription: z.string() })),
    }),
  }),
});

const text = readFileSync('package.json', 'utf8');
const manifest = Manifest.parse(JSON.parse(text));
const words = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync('package.nls.json', 'utf8')));
const { contributes, capabilities } = manifest;

test('commands that change or measure a model are off in an untrusted workspace', () => {
  const off = contributes.commands.filter(({ enablement }) => enablement === 'isWorkspaceTrusted');
  const { pruneModel, evaluateCheckpoint, trainModel, runRecipe, chooseData, useData } = COMMANDS;
  const { evaluateRun, renameRun, deleteRun, resumeRun } = COMMANDS;
  const ofRuns = [evaluateRun, renameRun, deleteRun, resumeRun];
  expect(off.map(({ command }) => command).sort()).toEqual(
    [pruneModel, evaluateCheckpoint, trainModel, runRecipe, chooseData, useData, ...ofRuns].sort(),
  );
});

test('an untrusted workspace sets no program, no folder, nothing', () => {
  const settings = Object.entries(contributes.configuration.properties);
  const machine = settings.filter(([, { scope }]) => scope === 'machine').map(([name]) => name);
  expect(machine.sort()).toEqual(['secateur.engine.nodePath', 'secateur.engine.tensorflowPath']);
  // Every setting is restricted.
  expect(capabilities.untrustedWorkspaces.restrictedConfigurations.toSorted()).toEqual(
    settings.map(([name]) => name).sort(),
  );
});

test('the explorer shows items for checkpoints and recipes by their content, and for places of data', () => {
  const items = contributes.menus['explorer/context'] ?? [];
  expect(items.length).toBeGreaterThan(0);
  for (const { command, when } of items) {
    if (command === COMMANDS.useData) {
      expect(when).toMatch(/explorerResourceIsFolder .*resourceFilename =~ .*data\\.json/);
      continue;
    }
    const keys = command === COMMANDS.runRecipe ? [CONTEXT.recipes] : [CONTEXT.checkpoints, CONTEXT.checkpointFolders];
    expect(when).toBe(keys.map((key) => `resourcePath in ${key}`).join(' || '));
  }
});

test('the panel opens no file by itself, and runs where the files are', () => {
  expect(contributes.customEditors.map(({ priority }) => priority)).toEqual(['option']);
  expect(manifest.extensionKind).toEqual(['workspace']);
  expect(manifest.activationEvents).toEqual(['onStartupFinished']);
});

test('every text is in package.nls.json, and every text there is used', () => {
  const used = new Set([...text.matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!));
  expect([...used].sort()).toEqual(Object.keys(words).sort());
});

test('Markdown is written only where it is shown as Markdown', () => {
  const marked = Object.values(contributes.configuration.properties).map(({ markdownDescription }) =>
    markdownDescription.replaceAll('%', ''),
  );
  const backticks = Object.entries(words).filter(([name, text]) => text.includes('`') && !marked.includes(name));
  expect(backticks).toEqual([]);
});
