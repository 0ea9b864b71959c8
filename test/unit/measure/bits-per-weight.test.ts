import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { quantized } from '../../../src/engine/compress/quantize/quantize';
import { clustered } from '../../../src/engine/compress/restrict/cluster';
import { binarizedModel, ternarizedModel } from '../../../src/engine/compress/restrict/sign-steps';
import { figuresOf } from '../../../src/engine/measure/inspect';
import type { BitsPerWeight } from '../../../src/protocol/model';
import { BinarizeStep } from '../../../src/protocol/steps/binarize';
import { ClusterStep } from '../../../src/protocol/steps/cluster';
import { QuantizeStep } from '../../../src/protocol/steps/quantize';
import { TernarizeStep } from '../../../src/protocol/steps/ternarize';

let shipped: ModelContent;
beforeAll(async () => {
  shipped = await readCheckpoint('media/samples/fashion-cnn/model.json');
});

const bitsOf = (model: ModelContent): Map<string, BitsPerWeight | null> =>
  new Map(figuresOf(model).layers.map(({ name, bitsPerWeight }) => [name, bitsPerWeight]));

describe('the bits of a weight', () => {
  it('are those of the files where values are many, and missing without weights', () => {
    const bits = bitsOf(shipped);
    expect(bits.get('dense1')).toEqual({ stored: 32 });
    expect(bits.get('flatten')).toBeNull();
    const half = quantized(shipped, QuantizeStep.parse({ step: 'quantize', bits: 'float16' })).model;
    expect(bitsOf(half).get('dense1')).toEqual({ stored: 16 });
  });

  it('are an entropy too after each step that leaves few values, as the step reports it', () => {
    const { model, layers } = clustered(shipped, ClusterStep.parse({ step: 'cluster' }));
    const bits = bitsOf(model);
    for (const { name, values, bits: entropy, state } of layers) {
      if (state === 'kept') continue;
      expect(bits.get(name)).toEqual({ stored: 32, few: { values, entropy: expect.closeTo(entropy!, 9) as number } });
    }
    const signs = [
      ternarizedModel(shipped, TernarizeStep.parse({ step: 'ternarize' })),
      binarizedModel(shipped, BinarizeStep.parse({ step: 'binarize', scaleOf: 'tensor' })),
    ];
    for (const done of signs) {
      const { values, bits: entropy } = done.layers.find(({ name }) => name === 'dense1')!;
      const found = bitsOf(done.model).get('dense1')!;
      expect(found.few!.values).toBe(values);
      expect(found.few!.entropy).toBeCloseTo(entropy!, 9);
    }
  });

  it('are those of the numbers of a grid, whatever the scales of channels', () => {
    const four = quantized(shipped, QuantizeStep.parse({ step: 'quantize', bits: 'int4' })).model;
    const found = bitsOf(four).get('dense1')!;
    expect(found.stored).toBe(32);
    expect(found.few!.entropy).toBeGreaterThan(2);
    expect(found.few!.entropy).toBeLessThan(4);
    const eight = quantized(shipped, QuantizeStep.parse({ step: 'quantize', bits: 'uint8' })).model;
    const stored = bitsOf(eight).get('dense1')!;
    expect(stored.stored).toBe(8);
    expect(stored.few!.values).toBeLessThanOrEqual(256);
    expect(stored.few!.entropy).toBeLessThan(8);
  });
});
