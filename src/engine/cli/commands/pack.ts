import path from 'node:path';
import type { PackedHistory, PackedSizes } from '../../../protocol/measure/packing';
import { bytes, count, percent } from '../../../protocol/format';
import { loaderSnippet } from '../../../protocol/loader-snippet';
import { withEstimate } from '../../../protocol/model';
import { visible } from '../../../protocol/visible';
import { resolveModelPath } from '../../checkpoint/paths';
import type { CommonOptions, LocalEngine } from '../engine';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface PackCommand extends CommonOptions {
  out: string;
  smallWeights: number;
  history: PackedHistory;
  exact?: boolean;
}

/** `secateur pack` */
export async function pack(
  given: string,
  { out, smallWeights, history, exact = false, json }: PackCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const request = { model: await resolveModelPath(given), out: path.resolve(out), smallWeights, history, exact };
  const sizes = await engine.ask('pack', request, (progress) => {
    terminal.progress(progress);
  });
  await terminal.result(json ? JSON.stringify(sizes) : packedText(sizes));
}

const right = true;

/** Formats bits as bytes. */
const ofBits = (bits: number): string => bytes(Math.ceil(bits / 8));

function packedText(sizes: PackedSizes): string {
  const { unpacked, layers, textBits, idealBits, largestChange, advice = [], file } = sizes;
  const totals = table(
    ['files', 'gzip', 'brotli', 'ideal weights', 'packed'].map((heading) => ({ heading, right })),
    [
      [
        bytes(unpacked.bytes),
        withEstimate(unpacked, 'gzipBytes', bytes(unpacked.gzipBytes)),
        withEstimate(unpacked, 'brotliBytes', bytes(unpacked.brotliBytes)),
        ...[ofBits(idealBits), bytes(sizes.bytes)],
      ],
    ],
  );
  const change =
    largestChange &&
    `The largest change is ${Number(largestChange.change.toPrecision(2))} in ${visible(largestChange.tensor)}, ${percent(largestChange.share)} of its largest number.`;
  return [
    layerTable(layers, textBits),
    '',
    totals,
    '',
    `1/${(unpacked.bytes / sizes.bytes).toFixed(1)} of the files, ${withEstimate(unpacked, 'gzipBytes', `1/${(unpacked.gzipBytes / sizes.bytes).toFixed(1)}`)} of them with gzip`,
    ...(unpacked.estimated ? ['~ estimated from samples of the weights; pack --exact measures all of them'] : []),
    ...(change === undefined ? [] : [change]),
    ...advice.map(visible),
    `SHA-256 ${sizes.sha256}`,
    `Written to ${visible(file)}`,
    '',
    'In a page or in Node.js, with stock TensorFlow.js:',
    ...loaderSnippet(visible(path.basename(file)))
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}

function layerTable(layers: PackedSizes['layers'], textBits: number): string {
  const rows = layers
    .filter(({ params }) => params > 0)
    .map((layer) => [
      ...[layer.name, count(layer.params), count(layer.nonzero), bytes(layer.bytes)],
      ...[ofBits(layer.idealBits), ofBits(layer.packedBits), (layer.packedBits / layer.params).toFixed(3)],
    ]);
  return table(
    [
      { heading: 'layer' },
      ...['params', 'nonzero', 'stored', 'ideal', 'packed', 'bits a weight'].map((heading) => ({ heading, right })),
    ],
    [...rows, ['(description)', '', '', '', '', ofBits(textBits), '']],
  );
}
