import { count } from '../../../src/protocol/format';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';
import type { Distances, Figures } from './measure';

const HEADS = [
  'network',
  'Keras',
  'input',
  'parameters',
  'MACs',
  'difference',
  'from float64',
  'of Keras',
  '30% of channels removed',
  'epoch',
];

/** A difference up to this counts as none. */
const NEAR = 1e-5;

const apartText = ({ keras, exact, rounding }: Distances): string =>
  `they differ by ${keras.toExponential(2)}; they are ${exact.toExponential(2)} from float64, and those of Keras ${rounding.toExponential(2)}`;

/** True if answers are far from those of Keras in float32, and no farther than these from what they should be. */
const isRounding = ({ keras, exact, rounding }: Distances): boolean =>
  keras > NEAR && exact <= Math.max(NEAR, rounding);

/** Tells where answers are far from those of Keras, but these are as far from what they should be. */
const roundingOf = ({ name, distances }: Figures): string[] =>
  typeof distances === 'object' && isRounding(distances) ? [`${name}: ${apartText(distances)}`] : [];

/** Lists the figures of a network that are wrong or missing; none where all is well. */
export function faultsOf({ name, expected, parameters, macs, distances, removal, training }: Figures): string[] {
  const { epoch = 0, slow = [] } = training ?? {};
  const near = typeof distances === 'object' && (distances.keras <= NEAR || isRounding(distances));
  return [
    ...(parameters === expected.parameters
      ? []
      : [`${parameters} parameters, and Keras counts ${expected.parameters}`]),
    ...(macs === expected.macs ? [] : [`${String(macs)} MACs, and TensorFlow counts ${expected.macs}`]),
    ...(near ? [] : [`answers: ${typeof distances === 'object' ? apartText(distances) : distances}`]),
    ...(removal.works ? [] : [`removal: ${removal.text}`]),
    ...(typeof epoch === 'number' ? [] : [`training: ${epoch}`]),
    ...(slow.length === 0 ? [] : [`slow kernels: ${slow.join(', ')}`]),
  ].map((fault) => `${name}: ${fault}`);
}

/** The name of a network without the size and the version that its folder names: `MobileNetV2-224-k2`. */
const plainName = (name: string): string => name.replace(/(-\d+)?-k\d$/, '');

/** Lists the memory that training took, for the networks where it was measured. */
const peaks = (all: readonly Figures[]): string[] =>
  all.flatMap(({ name, expected: { keras, size }, training: { peak } = {} }) =>
    peak === undefined ? [] : [`${plainName(name)} of Keras ${keras} at ${size}x${size} ${(peak / 1e9).toFixed(1)} GB`],
  );

const NONE: { readonly [K in keyof Distances]?: number } = {};

function cells({ name, expected, parameters, macs, distances, removal, training }: Figures): string[] {
  const { keras, exact: own, rounding } = typeof distances === 'object' ? distances : NONE;
  const exact = (own: number | null, wanted: number): string =>
    own === wanted ? count(own) : `${own === null ? '?' : count(own)}, not ${count(wanted)}`;
  return [
    plainName(name),
    expected.keras,
    `${expected.size}x${expected.size}x3`,
    exact(parameters, expected.parameters),
    exact(macs, expected.macs),
    ...[keras, own, rounding].map((one) => one?.toExponential(1) ?? 'fails'),
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
  const rounded = all.flatMap(roundingOf);
  const listed = (title: string, some: readonly string[]) =>
    some.length === 0 ? [] : ['', title, '', ...some.map((one) => `- ${one}`)];
  const list = [
    ...listed('What fails:', faults),
    ...listed('More than 1e-5 from Keras in float32, but within 1e-5 of float64 or nearer to it than Keras:', rounded),
  ];
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
    '- **difference**: the largest difference of an answer from that of Keras in float32, as a share of its largest value; **from float64**:',
    '  its difference from Keras in float64; **of Keras**: the difference of Keras in float32 from that.',
    '- **30% of channels removed**: the share that `remove --channels 0.3` removed, with outputs compared before it wrote, and the',
    '  layer that keeps most of the other channels.',
    '- **epoch**: seconds of one epoch of `finetune` on 200 pictures of Fashion-MNIST, on two cores, without a kernel that falls',
    '  back to JavaScript. Seconds depend on the load of the machine; where nothing is written, none were measured.',
    ...(peaks(all).length === 0
      ? []
      : [`- **memory**: the most that training held, for batches of 20: ${peaks(all).join(', ')}.`]),
    '',
    '`npm run bench -- --applications --python PYTHON --write` exports the networks with a Python that has `keras`, `tf_keras`, `tensorflow`',
    'and `tensorflowjs`, measures them, and writes this page. `--exports FOLDER` measures those in a folder, and `--size 96` exports smaller',
    'inputs.',
  ].join('\n')}\n`;
}
