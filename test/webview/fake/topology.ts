import type { Inspection } from '../../../src/protocol/model';
import type { ModelTopology, TopologyNode } from '../../../src/protocol/topology';

/** Layers between two sums of a deep model. */
const BLOCK = 5;

/** Layers one after the other; in a deep model each activation also takes the activation before it. */
export function fakeTopology({ layers }: Inspection): ModelTopology {
  const sums = (index: number): boolean => layers[index]?.type === 'Activation' && index >= BLOCK;
  const nodes = layers.map(({ name, type, outputShape }, index): TopologyNode => {
    const feeding = index === 0 ? [] : sums(index) ? [index - 1, index - BLOCK] : [index - 1];
    const end = index === 0 ? 'input' : index === layers.length - 1 ? 'output' : undefined;
    return {
      ...{ layer: name, path: [name], type, shape: outputShape },
      inputs: feeding.map((from) => ({ from, shape: layers[from]!.outputShape })),
      ...(end === undefined ? {} : { end }),
    };
  });
  const summed = layers.flatMap(({ name }, index) => (sums(index + 1) ? [name] : []));
  const along = layers.flatMap(({ name }, index) => (sums(index) ? [name] : []));
  return { nodes, coupled: [{ makers: summed, along, channels: 16, fixed: 0 }] };
}
