import { expect, test } from 'vitest';
import { measurement } from '../../../src/protocol/measure/measurement';
import { measured } from '../../../src/protocol/metric';
import type { ScannedLayer, SensitivityPart } from '../../../src/protocol/measure/sensitivity';
import {
  emptyScan,
  nearestLayer,
  onScanPart,
  scanColumns,
  measuredAmounts,
} from '../../../src/webview/sensitivity/scan';

const layer = (name: string, state: ScannedLayer['state']): ScannedLayer => ({ name, parameters: [], size: 4, state });
const point = (name: string, sparsity: number, accuracy: number, collapsed = false): SensitivityPart => ({
  part: 'point',
  layer: name,
  point: { sparsity, reached: sparsity, ...measurement([measured('accuracy', accuracy)], 1) },
  collapsed,
});
const begin: SensitivityPart = {
  part: 'begin',
  baseline: measurement([measured('accuracy', 0.9)], 0.2),
  layers: [layer('a', 'scanned'), layer('b', 'scanned'), layer('c', 'protected')],
};

test('curves start at the accuracy of the whole model, in any order of points', () => {
  const view = [
    begin,
    point('a', 0.5, 0.7),
    point('a', 0.1, 0.8),
    point('b', 0.5, 0.1, true),
    point('a', 0.5, 0.6),
  ].reduce(onScanPart, emptyScan('prune'));
  expect(measuredAmounts(view)).toEqual([0.1, 0.5]);
  expect(scanColumns(view)).toEqual([
    [0, 0.1, 0.5],
    [0.9, 0.8, 0.6],
    [0.9, null, 0.1],
  ]);
  expect(view.layers[1]?.collapsedAt).toBe(0.5);
});

test('a point of the plot belongs to the nearest line, if one is near', () => {
  const view = [begin, point('a', 0.5, 0.7), point('b', 0.5, 0.1)].reduce(onScanPart, emptyScan('prune'));
  expect(nearestLayer(view, { place: 0.25, metric: 0.78 }, 0.1)).toBe('a');
  expect(nearestLayer(view, { place: 0.25, metric: 0.52 }, 0.1)).toBe('b');
  expect(nearestLayer(view, { place: 0.25, metric: 0.65 }, 0.1)).toBeNull();
  expect(nearestLayer(view, { place: 0.75, metric: 0.1 }, 0.1)).toBeNull();
});
