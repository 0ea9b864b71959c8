import type { ModelTotals } from '../../../protocol/model';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { accuracyNotes } from '../runs';
import { table } from '../table';
import { accuracyLine } from './accuracy';
import { layersTable, prunedLayers } from './layers';
import type { Outcome } from './outcome';

function pruneDocument(result: RunResult) {
  const { out, before, after, accuracy, sampleData, normalization, noAccuracy, notes } = result;
  return {
    out,
    layers: prunedLayers(result),
    totals: { before, after },
    accuracy,
    sampleData,
    ...(normalization === undefined ? {} : { normalization }),
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
}

function pruneText(result: RunResult): string {
  const { before, after, accuracy, sampleData, normalization, out } = result;
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
    accuracyLine(accuracy, result.noAccuracy),
    ...accuracyNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

export const prune: Outcome = { document: pruneDocument, text: pruneText };
