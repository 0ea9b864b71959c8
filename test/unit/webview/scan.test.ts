import { expect, test } from 'vitest';
import { measurement } from '../../../src/protocol/measure/measurement';
import { measured } from '../../../src/protocol/metric';
import type { ScannedLayer, SensitivityPart } from '../../../src/protocol/measure/sensitivity';
import { emptyScan, onScanPart, measuredAmounts, scanSeries } from '../../../src/webview/sensitivity/scan';

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
  expect(scanSeries(view)).toMatchObject([
    { name: 'a', points: [{ x: 0, y: 0.9 }, { x: 0.1, y: 0.8 }, { x: 0.5, y: 0.6 }] },
    { name: 'b', points: [{ x: 0, y: 0.9 }, { x: 0.5, y: 0.1 }] },
  ]); // prettier-ignore
  expect(view.layers[1]?.collapsedAt).toBe(0.5);
});
