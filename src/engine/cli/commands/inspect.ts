import type { Histogram } from '../../../protocol/measure';
import {
  macsForWords,
  withEstimate,
  type Inspection,
  type LayerInfo,
  type MacsFor,
  type ModelTotals,
} from '../../../protocol/model';
import { visible } from '../../../protocol/visible';
import { bytes, count, sampleShape, percent } from '../../../protocol/format';
import { resolveModelPath } from '../../checkpoint/paths';
import type { CommonOptions, LocalEngine } from '../engine';
import { histogramLine } from '../histogram';
import { table } from '../table';
import type { Terminal } from '../terminal';

export interface InspectCommand extends CommonOptions {
  histograms?: boolean;
  brotli?: boolean;
  exact?: boolean;
  inputShape?: number[];
}

/** Bins of a histogram on the terminal: one character each. */
const BINS = 48;

/** `secateur inspect` */
export async function inspect(
  given: string,
  options: InspectCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const model = await resolveModelPath(given);
  const request = {
    model,
    brotli: options.brotli ?? false,
    packed: true,
    exact: options.exact ?? false,
    inputShape: options.inputShape,
  };
  const inspection = await engine.ask('inspect', request, (progress) => {
    terminal.progress(progress);
  });
  const weighted = inspection.layers.filter(({ params }) => params > 0).map(({ name }) => name);
  const histograms =
    options.histograms && weighted.length > 0
      ? await engine.ask('histogram', { model, layers: weighted, bins: BINS })
      : undefined;
  await terminal.result(
    options.json
      ? JSON.stringify({ ...inspection, ...(histograms ? { histograms } : {}) })
      : inspectionText(inspection, histograms),
  );
}

function inspectionText(inspection: Inspection, histograms: Histogram[] | undefined): string {
  const { name, format, layers, totals, notRunnable, advice = [] } = inspection;
  return [
    `${visible(name)} (${format})`,
    '',
    layerTable(layers),
    '',
    ...totalLines(totals),
    ...advice.map((sentence) => visible(sentence)),
    ...(notRunnable === undefined ? [] : [visible(notRunnable)]),
    ...(histograms ? ['', ...histograms.map((histogram) => histogramLine(histogram))] : []),
  ].join('\n');
}

function layerTable(layers: readonly LayerInfo[]): string {
  const right = true;
  const isPacked = layers.some(({ packedBits }) => packedBits !== undefined);
  return table(
    [
      { heading: 'layer' },
      { heading: 'type' },
      { heading: 'output' },
      { heading: 'params', right },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'MACs', right },
      ...(isPacked ? ['ideal', 'packed'].map((heading) => ({ heading, right })) : []),
      { heading: 'not pruned because' },
    ],
    layers.map((layer) => [
      layer.name,
      layer.type,
      sampleShape(layer.outputShape),
      count(layer.params),
      count(layer.nonzero),
      layer.sparsity === null ? '' : percent(layer.sparsity),
      layer.macs === null ? '?' : count(layer.macs),
      ...(isPacked ? [ofBits(layer, layer.idealBits), ofBits(layer, layer.packedBits)] : []),
      layer.reason ?? '',
    ]),
  );
}

/** Formats bits of a layer as bytes; nothing where it has no weights. */
const ofBits = ({ params }: LayerInfo, bits: number | undefined): string =>
  params === 0 || bits === undefined ? '' : bytes(Math.ceil(bits / 8));

/** Formats the assumed input shapes for which MACs are counted, where the model leaves them open. */
export function sizesTaken(macsFor: MacsFor | undefined): string {
  if (!macsFor) return '';
  const why = macsFor.assumed ? ' (the model leaves sizes open; --input-shape sets others)' : '';
  return ` of ${macsForWords(macsFor)}${why}`;
}

const packedLine = ({
  packedBytes,
  idealBits,
  estimated,
}: Pick<ModelTotals, 'packedBytes' | 'idealBits' | 'estimated'>): string[] =>
  packedBytes === undefined || idealBits === undefined
    ? []
    : [
        `packed ${withEstimate({ estimated }, 'packedBytes', bytes(packedBytes))}; ideal bits of the weights ${bytes(Math.ceil(idealBits / 8))}`,
      ];

/** Formats the figures of a model. */
export function totalLines({ params, nonzero, sparsity, macs, macsFor, ...files }: ModelTotals): string[] {
  const brotli = files.brotliBytes === undefined ? '' : `, ${bytes(files.brotliBytes)} with brotli`;
  return [
    `${count(params)} parameters, ${count(nonzero)} nonzero; sparsity of the kernels ${percent(sparsity)}`,
    `${macs === null ? 'unknown' : count(macs)} multiply-accumulates for one sample${sizesTaken(macsFor)}`,
    `files ${bytes(files.bytes)}, ${withEstimate(files, 'gzipBytes', bytes(files.gzipBytes))} with gzip${brotli}`,
    ...packedLine(files),
    ...(files.estimated ? ['~ estimated from samples of the weights; inspect --exact measures all of them'] : []),
  ];
}
