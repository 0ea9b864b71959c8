import { count } from '../../../src/protocol/format';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';
import type { Figures } from './measure';

const HEADS = [
  'network',
  'Keras',
  'input',
  'parameters',
  'MACs',
  'difference',
  'of Keras',
  '30% of channels removed',
  'epoch',
];

/** A difference up to this counts as none, and so does one up to the rounding of Keras itself. */
const NEAR = 1e-5;

/** Lists the figures of a network that are wrong or missing; none where all is well. */
export function faultsOf({ name, expected, parameters, macs, distance, removal, training }: Figures): string[] {
  const { epoch = 0, slow = [] } = training ?? {};
  const near = typeof distance === 'number' && distance <= Math.max(NEAR, expected.rounding);
  return [
    ...(parameters === expected.parameters
      ? []
      : [`${parameters} parameters, and Keras counts ${expected.parameters}`]),
    ...(macs === expected.macs ? [] : [`${String(macs)} MACs, and TensorFlow counts ${expected.macs}`]),
    ...(near
      ? []
      : [
          `answers: ${typeof distance === 'number' ? `they differ by ${distance.toExponential(2)}, and those of Keras in float32 by ${expected.rounding.toExponential(2)}` : distance}`,
        ]),
    ...(removal.works ? [] : [`removal: ${removal.text}`]),
    ...(typeof epoch === 'number' ? [] : [`training: ${epoch}`]),
    ...(slow.length === 0 ? [] : [`slow kernels: ${slow.join(', ')}`]),
  ].map((fault) => `${name}: ${fault}`);
}

function cells({ name, expected, parameters, macs, distance, removal, training }: Figures): string[] {
  const exact = (own: number | null, wanted: number): string =>
    own === wanted ? count(own) : `${own === null ? '?' : count(own)}, not ${count(wanted)}`;
  return [
    name.replace(/-k\d$/, ''),
    expected.keras,
    `${expected.size}x${expected.size}x3`,
    exact(parameters, expected.parameters),
    exact(macs, expected.macs),
    typeof distance === 'number' ? distance.toExponential(1) : 'fails',
    expected.rounding.toExponential(1),
    removal.works ? removal.text : 'fails',
    training === undefined ? '' : typeof training.epoch === 'number' ? `${training.epoch.toFixed(0)} s` : 'fails',
  ];
}

/** Formats the table for a terminal. */
export const tableText = (all: readonly Figures[]): string => formatTable(HEADS, all.map(cells));

/** Writes the table as a page of the documentation. */
export function pageText(all: readonly Figures[]): string {
  const rows = [HEADS, HEADS.map(() => '---'), ...all.map(cells)].map((row) => `| ${row.join(' | ')} |`);
  const faults = all.flatMap(faultsOf);
  const list = faults.length === 0 ? [] : ['', 'What fails:', '', ...faults.map((fault) => `- ${fault}`)];
  return `${[
    '# Networks of keras.applications',
    '',
    'Twelve networks of `keras.applications`, as the official converter writes them from Keras 2 (`tf_keras`) and Keras 3, with random',
    'weights and ten classes. Keras 3 has no RegNet.',
    '',
    ...rows,
    ...list,
    '',
    '- **parameters, MACs**: those that `inspect` counts. They equal those of Keras, and those of the convolutions and matrix',
    '  products that TensorFlow runs.',
    '- **difference**: the largest difference of an answer from that of Keras in float64, as a share of its largest value; **of Keras**: the',
    '  difference of Keras itself in float32.',
    '- **30% of channels removed**: the share that `remove --channels 0.3` removed, with outputs compared before it wrote, and the',
    '  layer that keeps most of the other channels.',
    '- **epoch**: seconds of one epoch of `finetune` on 200 pictures of Fashion-MNIST, on two cores, without a kernel that falls',
    '  back to JavaScript. Seconds depend on the load of the machine; where nothing is written, none were measured.',
    '',
    '`npm run bench -- --applications --python PYTHON --write` exports the networks with a Python that has `keras`, `tf_keras`, `tensorflow`',
    'and `tensorflowjs`, measures them, and writes this page. `--exports FOLDER` measures those in a folder, and `--size 96` exports smaller',
    'inputs.',
  ].join('\n')}\n`;
}
