import type { Topology } from '../description/topology';
import { placesOf, withFlags } from './arguments';
import { Unsupported, type PlainLayer } from './configs';

/** A layer with its calls, as TensorFlow.js reads them. */
type FlatLayer = PlainLayer & { readonly name: string; readonly inbound_nodes: unknown[][] };

/**
 * Describes a functional model without nested models, from the calls of its layers.
 * @param plain returns the TensorFlow.js layer for an index in the topology
 * @throws Unsupported
 */
export function flatDescription(topology: Topology, plain: (layer: number) => PlainLayer): Record<string, unknown> {
  const { calls } = topology;
  const listed = [...new Set(calls.map(({ node }) => node))];
  const numbers = numbersOf(topology, listed);
  const nameOf = (call: number): string => topology.nodes[calls[call]!.node]!.name;
  const layers = listed.flatMap((index): FlatLayer[] => {
    const { name, calls: own, inputShape } = topology.nodes[index]!;
    const layer = {
      ...withFlags(
        plain(index),
        name,
        own.map((call) => calls[call]!.flags ?? []),
      ),
      name,
    };
    const flat = { ...layer, config: { ...layer.config, name } };
    if (layer.type === 'InputLayer') return [{ ...flat, inbound_nodes: [] }];
    const feeds = own.map((call) => placesOf(name, layer.type, calls[call]!.inputs));
    if (MERGING.has(layer.type) && feeds.some(({ length }) => length < 2))
      throw new Unsupported(`The layer "${name}" takes a constant, which TensorFlow.js does not know`);
    // A sequential model may declare its input at its first layer.
    const input = feeds.some(({ length }) => length === 0) ? [inputOf(name, inputShape)] : [];
    const copies: FlatLayer[] = [];
    const called = feeds.map((inputs) =>
      inputs.length === 0
        ? [[inputName(name), 0, 0, {}]]
        : inputs.map((one, place) => {
            const reference = [nameOf(one.call), numbers[one.call]!, one.output, {}];
            if (!inputs.slice(0, place).some(({ call, output }) => call === one.call && output === one.output))
              return reference;
            // TensorFlow.js disposes of a tensor too early that a call takes twice.
            const again = { type: 'Identity', name: `${name}__again_${copies.length}` };
            copies.push({ ...again, config: { name: again.name }, inbound_nodes: [[reference]] });
            return [again.name, 0, 0, {}];
          }),
    );
    return [...input, ...copies, { ...flat, inbound_nodes: called }];
  });
  return {
    class_name: 'Functional',
    config: {
      name: topology.name ?? 'model',
      layers: layers.map(({ type, ...layer }) => ({ class_name: type, ...layer })),
      input_layers: topology.inputCalls.map((call) => {
        const { node } = calls[call]!;
        const { name, type } = topology.nodes[node]!;
        return [type === 'InputLayer' ? name : inputName(name), 0, 0];
      }),
      output_layers: topology.results.map(({ call, output }) => [nameOf(call), numbers[call]!, output]),
    },
  };
}

const MERGING: ReadonlySet<string> = new Set(['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Dot']);

const inputName = (layer: string): string => `${layer}_input`;

function inputOf(layer: string, shape: readonly (number | null)[] | null): FlatLayer {
  const name = inputName(layer);
  if (shape === null) throw new Unsupported('The model declares no shape of its input');
  return { type: 'InputLayer', name, config: { name, batch_input_shape: [...shape] }, inbound_nodes: [] };
}

/**
 * Numbers the calls of each layer as TensorFlow.js does: it passes over the layers repeatedly, and makes the calls that
 * it can.
 */
function numbersOf({ calls, nodes }: Topology, listed: readonly number[]): number[] {
  const numbers = calls.map(({ inputs }): number => (inputs.length === 0 ? 0 : -1));
  const count = new Map<number, number>();
  let waiting = listed.filter((layer) => nodes[layer]!.calls.some((call) => numbers[call]! < 0));
  while (waiting.length > 0) {
    waiting = waiting.filter((layer) => {
      const open = nodes[layer]!.calls.filter((call) => numbers[call]! < 0);
      const left = open.filter((call) => {
        if (calls[call]!.inputs.some((one) => numbers[one.call]! < 0)) return true;
        const node = count.get(layer) ?? 0;
        numbers[call] = node;
        count.set(layer, node + 1);
        return false;
      });
      return left.length > 0;
    });
  }
  return numbers;
}
