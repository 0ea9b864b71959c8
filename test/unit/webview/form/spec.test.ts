import * as z from 'zod';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecipeStep, stepDefinition, stepNames } from '../../../../src/protocol/steps';
import { specOf, type Spec } from '../../../../src/protocol/fields';
import {
  fallbackWords,
  fits,
  initial,
  initialObject,
  numberText,
  parseNumber,
} from '../../../../src/webview/form/values';

const read = (schema: z.ZodType): Spec => specOf(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }));
const starts = () => undefined;

test('numbers have their ranges, with or without the end itself', () => {
  expect(read(z.number().min(0).max(1))).toEqual({ kind: 'number', integer: false, min: 0, max: 1, above: false });
  expect(read(z.number().positive().max(10))).toMatchObject({ min: 0, max: 10, above: true });
  expect(read(z.number().int().min(1).max(9))).toMatchObject({ integer: true, min: 1, max: 9 });
});

test('a choice is closed, or open to text that its own rules allow', () => {
  expect(read(z.enum(['a', 'b']))).toMatchObject({ kind: 'choice', options: ['a', 'b'], open: false });
  expect(read(z.union([z.enum(['a']), z.string().regex(/^\d$/)]))).toMatchObject({
    kind: 'choice',
    options: ['a'],
    open: true,
  });
});

test('variants of a union are told apart by a key, or by their type', () => {
  const amount = read(z.union([z.strictObject({ sparsity: z.number() }), z.strictObject({ threshold: z.number() })]));
  expect(amount.kind === 'union' && amount.variants.map(({ name }) => name)).toEqual(['sparsity', 'threshold']);
  const to = read(z.union([z.number(), z.string()]));
  expect(to.kind === 'union' && to.variants.map(({ name }) => name)).toEqual(['number', 'text']);
});

test('lists, records, parts of their own, defaults and help', () => {
  const spec = read(
    z.strictObject({
      names: z.array(z.string()).optional(),
      numbers: z.array(z.number().min(0)).default([1]),
      layers: z.record(z.string(), z.number()).optional(),
      part: z
        .strictObject({ on: z.boolean().default(true) })
        .optional()
        .describe('A part.'),
    }),
  );
  if (spec.kind !== 'object') throw new Error('no object');
  const [names, numbers, layers, part] = spec.fields;
  expect(names).toMatchObject({ key: 'names', required: false, spec: { kind: 'names' } });
  expect(numbers).toMatchObject({ fallback: [1], spec: { kind: 'numbers', item: { min: 0 } } });
  expect(layers?.spec).toMatchObject({ kind: 'record', value: { kind: 'number' } });
  expect(part).toMatchObject({ help: 'A part.', spec: { kind: 'object' } });
});

test.each(stepNames)('the form of %s starts with a step that its schema accepts', (name) => {
  const spec = read(stepDefinition(name).schema);
  if (spec.kind !== 'object') throw new Error('no object');
  const first = initialObject(spec, starts);
  expect(RecipeStep.safeParse(first).error?.issues ?? []).toEqual([]);
  for (const field of spec.fields) expect(field.spec.kind, field.key).not.toBe('unknown');
  // Every option that can be switched on fits too, and is recognized again.
  for (const { key, spec: part, required } of spec.fields) {
    if (required) continue;
    const value = initial(part, key, starts);
    expect(fits(part, value) || part.kind === 'union', `${name}.${key}`).toBe(true);
  }
});

test('a first value by name is taken where it is in the range: a share is no count', () => {
  const share = { kind: 'number', integer: false, min: 0, max: 1, above: false } as const;
  const count = { ...share, integer: true, max: Infinity };
  expect(initial({ ...share, start: 0.25 }, 'macs', () => 3_000_000)).toBe(0.25);
  expect(initial(count, 'macs', () => 3_000_000)).toBe(3_000_000);
});

test('a typed number is within its range, or has a fault', () => {
  const share = { kind: 'number', integer: false, min: 0, max: 1, above: false } as const;
  expect(parseNumber(share, ' 0,5 ')).toBe(0.5);
  expect(parseNumber(share, '2')).toBe('Enter a number from 0 to 1.');
  expect(parseNumber({ ...share, integer: true, min: 1, max: 2 ** 53 }, '1.5')).toBe(
    'Enter a whole number, 1 or more.',
  );
  expect(parseNumber({ ...share, above: true, max: Infinity }, '0')).toBe('Enter a number above 0.');
  expect(parseNumber(share, '')).toMatch(/^Enter/);
});

test('a share is typed and shown as percent, and kept as a share without noise', () => {
  const share = read(z.number().min(0).max(1).meta({ share: true }));
  if (share.kind !== 'number') throw new Error('no number');
  expect(parseNumber(share, '90')).toBe(0.9);
  expect(parseNumber(share, ' 90,5 % ')).toBe(0.905);
  expect(numberText(share, 0.07)).toBe('7');
  expect(fallbackWords(0.9, share)).toBe('90');
  expect(parseNumber(share, '101')).toBe('Enter 0 to 100.');
  expect(parseNumber(share, '0.9 or so')).toBe('Enter 0 to 100.');
  const open = read(z.number().gt(0).lt(1).meta({ share: true }));
  expect(open.kind === 'number' && parseNumber(open, '100')).toBe('Enter more than 0 and less than 100.');
  expect(open.kind === 'number' && parseNumber(open, '0')).toBe('Enter more than 0 and less than 100.');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), (thousandths) => {
      const text = String(thousandths / 1000);
      const value = parseNumber(share, text);
      expect(typeof value === 'number' && numberText(share, value)).toBe(text);
    }),
  );
});

test('each share of the steps is one for its form, and no weight or factor is', () => {
  const shares = stepNames.flatMap((name) => sharesIn(read(stepDefinition(name).schema), name));
  expect(new Set(shares)).toEqual(
    new Set([
      ...['prune.amount.sparsity', 'prune.layers.*.sparsity', 'finetune.gradual.sparsity', 'train.gradual.sparsity'],
      ...['remove.amount.channels', 'remove.amount.macs', 'remove.amount.params', 'remove.layers.*'],
      ...['factorize.amount.params', 'factorize.amount.macs', 'factorize.amount.energy'],
      ...['compact.amount.macs', 'compact.amount.channels', 'target.goal.accuracy', 'distill.width'],
      ...['train', 'finetune', 'distill'].flatMap((step) => [`${step}.augment.shift`, `${step}.augment.brightness`]),
    ]),
  );
});

/** The paths of all shares. */
function sharesIn(spec: Spec, at: string): string[] {
  switch (spec.kind) {
    case 'number':
      return spec.share ? [at] : [];
    case 'numbers':
      return sharesIn(spec.item, at);
    case 'object':
      return spec.fields.flatMap((field) => sharesIn(field.spec, `${at}.${field.key}`));
    case 'record':
      return sharesIn(spec.value, `${at}.*`);
    case 'union':
      return spec.variants.flatMap((variant) => sharesIn(variant.spec, at));
    default:
      return [];
  }
}
