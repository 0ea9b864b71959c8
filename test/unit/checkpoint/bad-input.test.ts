import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/protocol/errors';
import { resolveModelPath } from '../../../src/engine/checkpoint/paths';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { badInputs, ONE_SENTENCE } from '../../fixtures/bad-input';
import { temporaryFolder } from '../temporary';

describe('reading a checkpoint', () => {
  it.each(badInputs)('answers $name', async (bad) => {
    const built = await bad.build(await temporaryFolder());
    const { question } = built;
    try {
      // Recipes and runs are read elsewhere, but what they start from must be sound as far as it is read here.
      const model = question.ask === 'run' ? path.join(path.dirname(question.recipe), 'model') : question.model;
      const read = resolveModelPath(model).then(readCheckpoint);
      if (question.ask !== 'inspect') {
        expect((await read).tensors.size).toBe(2);
        return;
      }
      const error: unknown = await read.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(bad.sentence);
      expect((error as UserError).message).toMatch(ONE_SENTENCE);
    } finally {
      await built.end?.();
    }
  });
});
