import { PruneStep } from '../../../src/protocol/steps/prune';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { applyPrune } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';

export type Layers = Record<string, { type: string; tensors: Record<string, number[]> }>;

/** A model of layers in a row; kernels are given as a list of weights. */
export function modelOf(layers: Layers): ModelContent {
  const tensors = Object.entries(layers).flatMap(([layer, { tensors }]) =>
    Object.entries(tensors).map(([name, weights]): [string, Tensor] => {
      const full = `${layer}/${name}`;
      const shape = name === 'bias' ? [weights.length] : [weights.length, 1];
      return [full, { name: full, shape, dtype: 'float32', data: Float32Array.from(weights) }];
    }),
  );
  const described = Object.entries(layers).map(([name, { type }]) => ({ class_name: type, config: { name } }));
  return { modelTopology: { class_name: 'Sequential', config: { layers: described } }, tensors: new Map(tensors) };
}

/** A dense layer with such a kernel, and a bias of which one is 0. */
export const dense = (...kernel: number[]) => ({ type: 'Dense', tensors: { kernel, bias: [0, 0.001] } });
/** Plans a step and does it. */
export const prune = (model: ModelContent, step: Partial<PruneStep>) => {
  const plan = planPrune(model, PruneStep.parse({ step: 'prune', ...step }));
  const { tensors, masks } = applyPrune(model, plan);
  const layers = Object.fromEntries(plan.layers.map((layer) => [layer.name, layer]));
  return { plan, tensors, masks, layers, weights: (name: string) => Array.from(tensors.get(name)!.data) };
};

/** Counts the zeros among some numbers. */
export const zeros = (data: ArrayLike<number>) => Array.from(data).filter((value) => value === 0).length;
