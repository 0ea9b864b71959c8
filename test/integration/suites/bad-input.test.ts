import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { SecateurTestApi } from '../../../src/extension/api';
import { parseRecipe } from '../../../src/extension/commands/recipe-file';
import { badInputs, ONE_SENTENCE } from '../../fixtures/bad-input';
import { engineRequest, type Question } from '../../fixtures/question';
import { failureOf, inWorkspace, sampleModel, secateur, until } from './support/extension';

describe('bad input, through the extension host', () => {
  let api: SecateurTestApi;
  let folder: string;
  const wrapper = () => inWorkspace('node-with-faults');

  before(async () => {
    api = await secateur();
    await runUnder(faultyNode(wrapper()));
  });

  after(async () => {
    await runUnder(undefined);
    rmSync(wrapper());
  });

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'bad-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const bad of badInputs) {
    it(`${bad.name} is answered with one sentence, and nothing is written`, async () => {
      const badCase = await bad.build(folder);
      const before = contents(folder);
      const failure = await failureOf(ask(badCase.question));
      assert.equal(failure.name, 'UserError', failure.stack);
      assert.match(failure.message, ONE_SENTENCE);
      assert.match(failure.message, bad.sentence);
      assert.deepEqual(contents(folder), before);
      await badCase.end?.();
      assert.equal((await api.engine('inspect', { model: sampleModel() })).totals.params, 458_570);
    });
  }

  /** Asks as a person does: inspectors by the shared engine, recipes as the command reads and runs them. */
  async function ask(question: Question): Promise<unknown> {
    switch (question.ask) {
      case 'inspect':
        return api.engine('inspect', { model: question.model });
      case 'evaluate':
        return api.engine('evaluate', { model: question.model, data: question.data });
      case 'prune': {
        const { params } = await engineRequest(question);
        const { recipe } = params as { recipe: unknown };
        return run(JSON.stringify(recipe), question.model, question.out);
      }
      case 'run':
        return run(await readFile(question.recipe, 'utf8'), question.recipe, question.out);
    }
  }

  async function run(text: string, file: string, out: string): Promise<unknown> {
    const recipe = parseRecipe(text, path.basename(file));
    const job = api.run({ title: 'Bad input', recipe, baseFolder: path.dirname(file), out, resume: false });
    return job.follow(() => undefined);
  }

  /** Sets the program under which engines run, and waits until it is in force. */
  async function runUnder(nodePath: string | undefined): Promise<void> {
    await api.engine('inspect', { model: sampleModel() });
    const before = api.enginePid();
    await vscode.workspace
      .getConfiguration('secateur.engine')
      .update('nodePath', nodePath, vscode.ConfigurationTarget.Global);
    await until('the engine of before is gone', () => api.enginePid() !== before);
  }
});

/** A program that is node with a disk that fails where a fixture says so. */
function faultyNode(file: string): string {
  const fixtures = process.env['SECATEUR_FIXTURES'];
  assert.ok(fixtures, 'SECATEUR_FIXTURES is not set');
  const faults = path.join(fixtures, 'disk-faults.cjs');
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" --require "${faults}" "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Every file and folder below a folder, with the bytes of the files. */
function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    names.map((name) => {
      const file = path.join(folder, name);
      return [name, statSync(file).isFile() ? readFileSync(file, 'base64') : 'folder'];
    }),
  );
}
