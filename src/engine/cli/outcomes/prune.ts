import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { keptLines, measuringNotes } from '../runs';
import { metricLine } from './metric-line';
import { layerDocument } from './layer-document';
import { layersTable, prunedLayers } from './layers';
import type { Outcome } from './outcome';
import { totalsTable } from './totals';

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

export const prune: Outcome = { document: (result) => layerDocument(result, prunedLayers(result)), text: pruneText };
