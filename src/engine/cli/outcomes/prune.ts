import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { keptLines, measuringNotes } from '../runs';
import { metricLine } from './metric-line';
import { layersTable, prunedLayers } from './layers';
import type { Outcome } from './outcome';
import { totalsTable } from './totals';

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
  const { sampleData, normalization, out } = result;
  return [
    layersTable(prunedLayers(result)),
    '',
    totalsTable(result),
    '',
    metricLine(result),
    ...keptLines(result),
    ...measuringNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

export const prune: Outcome = { document: pruneDocument, text: pruneText };
