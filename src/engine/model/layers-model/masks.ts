import { Config, LayerJson } from './description/json';
import type { Topology, TopologyLayer } from './description/topology';

/** Layers that pass a mask on, in Keras and in TensorFlow.js alike. */
const CARRY: ReadonlySet<string> = new Set([
  ...['Dropout', 'SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'Dense', 'Activation', 'ReLU'],
  ...['BatchNormalization', 'LayerNormalization', 'Identity', 'TimeDistributed'],
]);
/** Layers that leave masked steps out. */
const HEED = /^(RNN|SimpleRNN|GRU|LSTM|Bidirectional|GlobalAveragePooling1D)$/;
const ATTEND = /^(Attention|AdditiveAttention|MultiHeadAttention)$/;

/** Whether the steps of a tensor are masked; `perhaps` where Keras and TensorFlow.js may differ about it. */
type Masked = 'no' | 'yes' | 'perhaps';

/**
 * Explains in one sentence why TensorFlow.js would not mask steps as Keras does; undefined where it does. It hands a mask
 * to later layers that have none, and knows no masks of several inputs.
 */
export function whyMasksDiffer({ nodes, calls, own }: Topology): string | undefined {
  if (own) return undefined;
  const { masked, entering } = maskedCalls({ nodes, calls });
  const heeding: { readonly layer: TopologyLayer; readonly masked: Masked }[] = [];
  for (const [i, { node }] of calls.entries()) {
    const [layer, input] = [nodes[node]!, entering[i]!];
    if (ATTEND.test(layer.type) && input !== 'no')
      return `The layer "${layer.name}" attends to masked steps, which cannot be computed, so the model can be inspected and pruned but not evaluated or trained.`;
    if (HEED.test(layer.type)) heeding.push({ layer, masked: input });
  }
  if (!masked.some((one) => one !== 'no')) return undefined;
  const other = heeding.find((one) => one.masked !== 'yes');
  if (!other) return undefined;
  return `Some steps of the model are masked, and TensorFlow.js may mask others than Keras in the layer "${other.layer.name}", so the model can be inspected and pruned but not evaluated or trained.`;
}

/** Tells for each output of a model whether some of its steps may be masked, so that Keras leaves them out of a loss. */
export function maskedOutputs(topology: Topology): boolean[] {
  const { masked } = maskedCalls(topology);
  return topology.results.map(({ call }) => masked[call] !== 'no');
}

/** Finds whether the steps are masked that each call makes, and that enter it. */
function maskedCalls({ nodes, calls }: Pick<Topology, 'nodes' | 'calls'>): { masked: Masked[]; entering: Masked[] } {
  const [masked, entering]: [Masked[], Masked[]] = [[], []];
  for (const { node, inputs } of calls) {
    const fed = inputs.filter(({ keyword }) => keyword === undefined).map(({ call }) => masked[call]!);
    const input = fed.every((one) => one === 'no') ? 'no' : fed.length === 1 ? fed[0]! : 'perhaps';
    entering.push(input);
    masked.push(after(nodes[node]!, input));
  }
  return { masked, entering };
}

function after({ type, config }: TopologyLayer, input: Masked): Masked {
  if (type === 'Masking' || (type === 'Embedding' && config['mask_zero'] === true)) return 'yes';
  if (input === 'no' || CARRY.has(type)) return input;
  if (HEED.test(type)) return returnsSteps(type, config) ? input : 'no';
  return 'perhaps';
}

/** Tells whether a recurrent layer returns each step. */
function returnsSteps(type: string, config: Config): boolean {
  if (type !== 'Bidirectional') return config['return_sequences'] === true;
  const inner = LayerJson.safeParse(config['layer']).data;
  return Config.catch({}).parse(inner?.config)['return_sequences'] === true;
}
