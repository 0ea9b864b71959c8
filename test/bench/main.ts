// usage: npm run bench [-- --prototype DIR] [--python PROGRAM] [--threads N] [--data DIR]
// Measures each figure that is a speed or a size, prints it beside its target, and fails when one is missed.
import { parseArgs } from 'node:util';
import { ensureDebian } from '../../scripts/setup/debian';
import { runMain } from '../../scripts/setup/runMain';
import { formatTable } from '../../scripts/setup/table';
import { packVsix } from '../../scripts/setup/vsix';
import { benchBackend } from './backend-bench';
import { benchEditor } from './editor';
import type { BenchLine } from './line';
import { benchMemory } from './memory';
import { benchPytorch } from './pytorch';
import { benchSizes } from './sizes';

runMain(async () => {
  const { values } = parseArgs({
    options: {
      prototype: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      threads: { type: 'string', default: '2' },
      data: { type: 'string' },
    },
  });
  const data = values.data ?? (await ensureDebian('dataset-fashion-mnist'));
  const threads = Number(values.threads);
  const vsix = await packVsix();
  const lines: BenchLine[] = [];
  const add = (more: BenchLine[]) => {
    for (const line of more) console.log(describe(line));
    lines.push(...more);
  };
  add(await benchSizes(vsix));
  add(await benchEditor(vsix));
  add(await benchMemory(data));
  if (values.prototype !== undefined) add(await benchBackend({ prototype: values.prototype, data, threads }));
  const ours = lines.find(({ what }) => what === 'training, our backend, median')?.value;
  add(await benchPytorch({ python: values.python, threads, ours }));
  console.log(`\n${formatTable(['what', 'target', 'value', ''], lines.map(cells))}`);
  if (lines.some(({ met }) => !met)) process.exitCode = 1;
});

function cells({ what, target, value, unit, met }: BenchLine): string[] {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3;
  return [what, target, `${value.toFixed(digits)} ${unit}`.trimEnd(), target === '' ? '' : met ? 'MET' : 'MISSED'];
}

const describe = (line: BenchLine): string =>
  cells(line)
    .filter((cell) => cell !== '')
    .join('  ');
