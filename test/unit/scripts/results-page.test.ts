import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readKept, withRows } from '../../bench/quality/kept';
import { methods } from '../../bench/quality/methods';
import { reportText } from '../../bench/quality/report';

it('the page of results is written from the figures that are kept, and every row has its method', async () => {
  const kept = await readKept();
  expect(await readFile('docs/results.md', 'utf8')).toBe(reportText(kept));
  const names = new Set(methods.map(({ name }) => name));
  expect(kept.rows.filter(({ name }) => !names.has(name))).toEqual([]);
});

it('some rows can be measured anew, with the seeds of the others only', async () => {
  const kept = await readKept();
  const row = { ...kept.rows[0]!, measured: '2030-01-01', accuracy: [0.5, 0.6, 0.7] };
  const next = withRows(kept, { ...kept, rows: [row] });
  expect(next.rows).toHaveLength(kept.rows.length);
  expect(next.rows).toContain(row);
  expect(reportText(next)).toMatch(/50\.00 % \| 60\.00 % \| 70\.00 % \|(?: +\|)* 60\.00 % ± 10\.00/);
  expect(() => withRows(kept, { ...kept, seeds: [7], rows: [row] })).toThrow(
    'The other rows were measured with the seeds 0,1,2',
  );
});
