import type { ModelTotals } from '../../../protocol/model';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { measuringNotes } from '../runs';
import { table } from '../table';
import { metricLine } from './metric-line';
import { layersTable, prunedLayers } from './layers';
import type { Outcome } from './outcome';

function pruneDocument(result: RunResult) {
  const { out, before, after, metrics, accuracy, sampleData, normalization, noAccuracy, notes } = result;
  return {
    out,
    layers: prunedLayers(result),
    totals: { before, after },
    metrics,
    accuracy,
    sampleData,
    ...(normalization === undefined ? {} : { normalization }),
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
}

function pruneText(result: RunResult): string {
  const { before, after, sampleData, normalization, out } = result;
  const right = true;
  const rows: [string, ModelTotals][] = [
    ...(before ? [['before', before] as [string, ModelTotals]] : []),
    ['after', after],
  ];
  const totals = table(
    [
      { heading: '' },
      { heading: 'parameters', right },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'files', right },
      { heading: 'gzip', right },
    ],
    rows.map(([name, figures]) => [
      name,
      count(figures.params),
      count(figures.nonzero),
      percent(figures.sparsity),
      bytes(figures.bytes),
      bytes(figures.gzipBytes),
    ]),
  );
  return [
    layersTable(prunedLayers(result)),
    '',
    totals,
    '',
    metricLine(result),
    ...measuringNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

export const prune: Outcome = { document: pruneDocument, text: pruneText };
