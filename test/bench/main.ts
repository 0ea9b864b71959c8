// usage: npm run bench [-- --scan | --data | --unpack | --panel [--only small|large] | --packing [--model FILE]] [--threads N] [--fashion DIR]
//        npm run bench -- --large [--python PYTHON] [--job NAME] [--wide]
//        npm run bench -- --applications [--exports DIR] [--python PYTHON [--size PIXELS]] [--write] [--fresh]
// Measures each figure of the extension that is a speed or a size, prints it beside its target, and fails when one is missed.
// With --scan: only the time of a sensitivity scan. With --data: only training on many pictures in files.
// With --unpack: only unpacking in a page. With --panel: only the panel in an editor, with small and large models, or one of them.
// With --packing: only the coder of packed files, on the shipped network and on that of the model.json FILE.
// With --large: only a network of the form of VGG-16, 553 MB, beside numpy where PYTHON is given; --wide also one of 1.2 GB.
// With --applications: only the networks of keras.applications, see docs/models.md.
// The benches of the backend are those of its package:
//        npm run bench -w tfjs-backend-onnxruntime [-- --peers | --fallbacks | --memory]
import { parseArgs } from 'node:util';
import type { BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import { ensureDebian } from '../../scripts/setup/debian';
import { runMain, ScriptError } from '../../scripts/setup/run-main';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';
import { packVsix } from '../../scripts/setup/vsix';
import { benchApplications, EXPORTS } from './applications';
import { benchData } from './data';
import { benchLargePanel } from './editor/large';
import { benchShipped } from './editor/shipped';
import { benchLarge } from './large';
import { benchMemory } from './memory';
import { benchPacking } from './packing';
import { benchScan } from './scan';
import { benchSizes } from './sizes';
import { benchUnpack } from './unpack';

runMain(async () => {
  const { values } = parseArgs({
    options: {
      scan: { type: 'boolean', default: false },
      threads: { type: 'string', default: '2' },
      data: { type: 'boolean', default: false },
      packing: { type: 'boolean', default: false },
      model: { type: 'string' },
      unpack: { type: 'boolean', default: false },
      panel: { type: 'boolean', default: false },
      only: { type: 'string' },
      fashion: { type: 'string' },
      applications: { type: 'boolean', default: false },
      exports: { type: 'string', default: EXPORTS },
      python: { type: 'string' },
      size: { type: 'string' },
      write: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      job: { type: 'string' },
      wide: { type: 'boolean', default: false },
    },
  });
  if (values.applications) {
    if (!(await benchApplications({ ...values, threads: Number(values.threads) }))) process.exitCode = 1;
    return;
  }
  const lines: BenchLine[] = [];
  const add = (more: BenchLine[]) => {
    for (const line of more) console.log(describe(line));
    lines.push(...more);
  };
  if (values.data) add(await benchData());
  else if (values.packing) add(await benchPacking(values.model));
  else if (values.large) lines.push(...(await benchLarge(values)));
  else if (values.unpack) add(await benchUnpack());
  else if (values.panel) await benchPanel(await packVsix());
  else await benchAll();
  console.log(`\n${formatTable(['what', 'target', 'value', ''], lines.map(cells))}`);
  if (lines.some(({ met }) => !met)) process.exitCode = 1;

  async function benchPanel(vsix: string): Promise<void> {
    const { only } = values;
    if (only !== undefined && only !== 'small' && only !== 'large')
      throw new ScriptError(`There are no "${only}" models: choose small or large.`);
    if (only !== 'large') add(await benchShipped(vsix));
    if (only !== 'small') add(await benchLargePanel(vsix));
  }

  async function benchAll(): Promise<void> {
    const data = values.fashion ?? (await ensureDebian('dataset-fashion-mnist'));
    if (!values.scan) {
      const vsix = await packVsix();
      add(await benchSizes(vsix));
      add(await benchPacking(undefined));
      add(await benchUnpack());
      await benchPanel(vsix);
      add(await benchMemory(data));
    }
    add(await benchScan(data, Number(values.threads)));
  }
});

function cells({ what, target, value, unit, met }: BenchLine): string[] {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3;
  return [what, target, `${value.toFixed(digits)} ${unit}`.trimEnd(), target === '' ? '' : met ? 'MET' : 'MISSED'];
}

const describe = (line: BenchLine): string =>
  cells(line)
    .filter((cell) => cell !== '')
    .join('  ');
