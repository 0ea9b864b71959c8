import { expect, test } from 'vitest';
import { afterStep } from '../../../src/protocol/steps/measured-after';
import { layerLines, stepLines } from '../../../src/webview/run/size-lines';

const before = { bytes: 4000, idealBits: 32_000 };
const after = { bytes: 4000, idealBits: 8001 };

test('a layer is as large as in the packed file, or else as its ideal bits', () => {
  const sizes = [
    { name: 'a', before, after },
    { name: 'b', before: null, after },
  ];
  expect(layerLines(sizes, [{ name: 'a', packedBits: 9001 }])).toEqual([
    { name: 'a', before: 4000, files: 4000, ideal: 1001, best: 1126 },
    { name: 'b', before: null, files: 4000, ideal: 1001, best: 1001 },
  ]);
});

test('each step that changed weights is compared with the one before', () => {
  const cluster = { step: 'cluster' as const, layers: [], ...afterStep(null), weightSizes: after };
  const [start, clustered, ...more] = stepLines({ before }, [cluster, { ...cluster, weightSizes: undefined }]);
  expect(start).toEqual({ title: 'Before', files: 4000, best: 4000, saved: '' });
  expect(clustered).toMatchObject({ title: 'Cluster', files: 4000, best: 1001 });
  expect(clustered!.saved).toContain('75');
  expect(more).toEqual([]);
  expect(stepLines({ before: null }, [cluster])).toMatchObject([{ title: 'Cluster', saved: '' }]);
});
