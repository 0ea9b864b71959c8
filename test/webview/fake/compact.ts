import type { CompactLayer } from '../../../src/protocol/compaction';
import type { Inspection } from '../../../src/protocol/model';
import type { StepResult } from '../../../src/protocol/steps';
import { afterStep } from '../../../src/protocol/steps/measured-after';

/** A step after which every convolution of a model is separable. */
export function fakeCompact({ layers, totals }: Inspection): StepResult {
  const told = layers.map(({ name, type, params, macs, outputShape }): CompactLayer => {
    const size = { width: outputShape?.at(-1) ?? null, params, macs };
    const shape = outputShape ? [...outputShape] : null;
    const own = { name, type, before: size, shape };
    if (type !== 'Conv2D') return { ...own, state: 'skipped', after: size, reason: 'it is no convolution' };
    const part = (part: string, type: string, share: number) => ({
      ...{ name: `${name}_${part}`, type, shape },
      ...{ params: Math.round(params * share), macs: macs === null ? null : Math.round(macs * share) },
    });
    const becomes = [part('core', 'DepthwiseConv2D', 0.02), part('out', 'Conv2D', 0.11)];
    const sum = (of: (one: (typeof becomes)[number]) => number): number =>
      becomes.reduce((all, one) => all + of(one), 0);
    return {
      ...{ ...own, state: 'replaced', becomes, form: 'separable, depth multiplier 1' },
      after: { width: size.width, params: sum((one) => one.params), macs: sum((one) => one.macs ?? 0) },
    };
  });
  const { params, macs } = totals;
  return {
    step: 'compact',
    layers: told,
    totals: { before: { params, macs }, after: { params, macs } },
    left: { convolutions: 0.13, macs: 0.2, params: 0.9 },
    difference: { largest: 1.2, relativeTo: 'spread', error: 0.31, samples: 200, on: 'validation' },
    ...afterStep(null),
  };
}
