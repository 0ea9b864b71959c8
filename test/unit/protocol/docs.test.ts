import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DocsPage } from '../../../src/protocol/docs';
import { fieldsOf, type Field, type Spec } from '../../../src/protocol/fields';
import { SensitivityOptions } from '../../../src/protocol/measure/sensitivity';
import { stepDefinition, stepNames } from '../../../src/protocol/steps';

/** Choices among ways to compute something: each way has a line of its own. */
const WAYS = new Set([
  ...['score', 'scope', 'granularity', 'scheme', 'form', 'bits', 'grid', 'rounding', 'calibration', 'search', 'by'],
  ...['schedule', 'assignments', 'scales', 'scaleOf'],
]);

interface Choice {
  readonly at: string;
  readonly field: Field;
  readonly spec: Extract<Spec, { kind: 'choice' }>;
}

/** All choices below some fields. */
function choicesIn(fields: readonly Field[], at: string): Choice[] {
  return fields.flatMap((field): Choice[] => {
    const here = `${at}.${field.key}`;
    if (field.spec.kind === 'choice') return [{ at: here, field, spec: field.spec }];
    if (field.spec.kind === 'object') return choicesIn(field.spec.fields, here);
    if (field.spec.kind !== 'union') return [];
    return field.spec.variants.flatMap(({ spec }) => (spec.kind === 'object' ? choicesIn(spec.fields, here) : []));
  });
}

const choices = [
  ...stepNames.flatMap((name) => choicesIn(fieldsOf(stepDefinition(name).schema), name)),
  ...choicesIn(fieldsOf(SensitivityOptions), 'scan').filter(({ field }) => field.key !== 'by'),
];
const ways = choices.filter(({ field }) => WAYS.has(field.key));

test('the scores and ways of all methods are found', () => {
  expect(ways.map(({ at }) => at)).toEqual(
    expect.arrayContaining([
      ...['prune.score', 'remove.score', 'target.score', 'finetune.gradual.score', 'scan.score'],
      ...['factorize.scheme', 'compact.form', 'quantize.rounding', 'quantize.calibration', 'train.schedule'],
    ]),
  );
});

test.each(ways)('each value of $at says in one line what it is and when to take it', ({ field, spec }) => {
  for (const value of [...spec.options, ...spec.suggestions])
    expect(spec.about?.[value], value).toMatch(/^[A-Z0-9].{20,150}\.$/);
  expect(field.page).toBeDefined();
});

test.each(choices)('no line of $at is about a value that it does not offer', ({ spec }) => {
  const offered: readonly string[] = [...spec.options, ...spec.suggestions];
  expect(Object.keys(spec.about ?? {}).filter((value) => !offered.includes(value))).toEqual([]);
});

test.each(stepNames)('%s says in one line when to take it, and its page names it', (name) => {
  const { when, page } = stepDefinition(name).words;
  expect(when).toMatch(/^[A-Z].{20,120}\.$/);
  expect(readFileSync(`docs/${page}.md`, 'utf8').toLowerCase()).toContain(name);
});

test('the pages exist, and the package has them', () => {
  for (const page of DocsPage.options) expect(existsSync(`docs/${page}.md`), page).toBe(true);
  expect(readFileSync('.vscodeignore', 'utf8').split('\n')).toContain('!docs/*.md');
});
