import { expect, it } from 'vitest';
import { badInputs, contentsOf, ONE_SENTENCE } from '../../fixtures/bad-input';
import { commandLine } from '../../fixtures/question';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const secateur = secateurHere();

it.each(badInputs.filter(({ diskFaults }) => !diskFaults).map((input) => [input.name, input] as const))(
  '%s: exit code 1, one sentence, nothing written',
  async (_, input) => {
    const folder = await temporaryFolder();
    const bad = await input.build(folder);
    try {
      const before = await contentsOf(folder);
      const { code, stdout, stderr } = await secateur([...commandLine(bad.question), '--json']);
      expect(lastLine(stderr)).toMatch(input.sentence);
      expect(lastLine(stderr)).toMatch(ONE_SENTENCE);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(await contentsOf(folder)).toEqual(before);
    } finally {
      await bad.end?.();
    }
  },
);
