import { expect, it } from 'vitest';
import { UserError } from '../../../src/protocol/errors';

it('names from files lose their middle, but not the text around them', () => {
  const { message } = new UserError(`The tensor "${'a/'.repeat(20_000)}" is damaged: export it again.`);
  expect(message).toMatch(/^The tensor "a\/[a/]+…[a/]+" is damaged: export it again\.$/);
  expect(message.length).toBeLessThan(400);
});

it('an endless list loses its middle', () => {
  const { message } = new UserError(`The model has the layers ${'conv, '.repeat(5000)}and no other.`);
  expect(message).toHaveLength(1500);
  expect(message).toMatch(/^The model has .*….* and no other\.$/);
});

it('a sentence of usual length stays unchanged', () => {
  expect(new UserError('The folder is missing: choose another.').message).toBe(
    'The folder is missing: choose another.',
  );
});
