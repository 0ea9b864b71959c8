import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { coupledLayers } from '../../../src/engine/compress/remove/coupled-layers';
import { Tracer } from '../../../src/engine/compress/remove/tracer';
import { describeLayer } from '../../../src/engine/model/graph-layer';
import type { GraphNode, ModelGraph } from '../../../src/engine/model/model-graph';
import type { Op } from '../../../src/engine/model/op/op';
import type { Shape } from '../../../src/engine/model/shape';
import { inferCalls, inferFigures } from '../../../src/engine/model/shapes';

const at = (call: number) => ({ call, output: 0 });

/** Nodes of a format of its own, each called once in this order: a kernel is stored as outputs by inputs. */
class ByHand {
  readonly #nodes: GraphNode[] = [];
  readonly #calls: { node: number; inputs: { call: number; output: number }[] }[] = [];

  node(
    op: Op,
    from: readonly number[],
    kernel?: readonly [outputs: number, inputs: number],
    input: Shape | null = null,
  ) {
    const place = this.#nodes.length;
    const name = `n${place}`;
    const layer = { name, path: [name], type: `Mine:${op.kind}`, outputShape: null, macs: null };
    const tensors = kernel ? [this.#kernel(name, kernel)] : [];
    this.#nodes.push({ ...describeLayer(layer, tensors), op, calls: [place], inputShape: input });
    return this.#calls.push({ node: place, inputs: from.map(at) }) - 1;
  }

  graph(result: number): ModelGraph {
    const flow = { nodes: this.#nodes, calls: this.#calls, inputCalls: [0], results: [at(result)] };
    const made = inferCalls(flow);
    return {
      ...flow,
      name: undefined,
      layers: this.#nodes,
      calls: this.#calls.map((call, i) => ({ ...call, shape: made[i]!.shape })),
      inputs: [this.#nodes[0]!.inputShape],
      outputs: 1,
      output: 'logits',
      layered: true,
      unknown: [],
    };
  }

  #kernel(name: string, [outputs, inputs]: readonly [number, number]) {
    const data = new Float32Array(outputs * inputs);
    const tensor: Tensor = { name: `${name}.weight`, shape: [outputs, inputs], dtype: 'float32', data };
    return {
      ...{ tensor, kernel: true, prunable: true, role: 'kernel' as const, columns: 'channels' as const },
      axes: [
        { axis: 0, side: 'outputs' as const },
        { axis: 1, side: 'inputs' as const },
      ],
    };
  }
}

const op = { channelsFirst: false };
const dense = (units: number): Op => ({ ...op, kind: 'dense', units, activation: 'linear' });

describe('a graph that is no LayersModel', () => {
  const hand = new ByHand();
  const input = hand.node({ ...op, kind: 'input' }, [], undefined, [null, 3]);
  const left = hand.node(dense(4), [input], [4, 3]);
  const right = hand.node(dense(4), [input], [4, 3]);
  const sum = hand.node({ ...op, kind: 'merge', how: 'add' }, [left, right]);
  const relu = hand.node({ ...op, kind: 'activation', form: 'named', activation: 'relu' }, [sum]);
  const graph = hand.graph(hand.node(dense(2), [relu], [2, 4]));

  it('has shapes and MACs by its ops and calls', () => {
    const macs = inferFigures(graph).map((figures) => figures.macs);
    expect(graph.calls.map(({ shape }) => shape?.[1])).toEqual([3, 4, 4, 4, 4, 2]);
    expect(macs).toEqual([0, 12, 12, 0, 0, 8]);
  });

  it('couples channels that are added, and keeps those of inputs and outputs', () => {
    const groups = new Tracer(graph).trace();
    const free = coupledLayers(groups).filter(({ groups: own }) => own.some((one) => !groups.fixed.has(one)));
    expect(free.map(({ producers, groups: own }) => [producers, own.length])).toEqual([[[left, right], 4]]);
    expect(groups.layers.at(-1)!.inputs).toEqual(groups.layers[left]!.outputs);
  });
});
