import * as z from 'zod';
import { Config, type LayerJson } from './json';

/**
 * Keras 3 lists the masks that its layers derive by themselves: the steps of `Embedding` with `mask_zero` that are not 0,
 * and those of `Masking` that hold something else. TensorFlow.js derives the same masks.
 */

const Tensor = z
  .object({
    class_name: z.literal('__keras_tensor__'),
    config: z.object({ keras_history: z.tuple([z.string(), z.number(), z.number()]) }),
  })
  .transform(({ config }) => config.keras_history.join('/'));
const Call = z.object({ args: z.array(z.unknown()), kwargs: Config.default({}) });
type Call = z.output<typeof Call>;

/** A mask: the tensor that is compared, and the number that masks a step. Over all values of a step where `any` is set. */
interface Mask {
  readonly of: string;
  readonly value: unknown;
  readonly any: boolean;
}

const tensorOf = (value: unknown): string | undefined => Tensor.safeParse(value).data;
const firstOf = ({ args: [first] }: Call): string | undefined => tensorOf(first);

/** Leaves out automatic masks: the operations that compute them, and the arguments that take them. */
export function withoutAutomaticMasks(layers: readonly LayerJson[]): readonly LayerJson[] {
  if (!layers.some(({ class_name: type }) => type === 'NotEqual')) return layers;
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const callsOf = ({ inbound_nodes: nodes = [] }: LayerJson): Call[] =>
    nodes.flatMap((node) => Call.safeParse(node).data ?? []);
  const maskOf = (tensor: string): Mask | undefined => {
    const layer = byName.get(tensor.split('/').slice(0, -2).join('/'));
    const [call] = layer ? callsOf(layer) : [];
    const of = call && firstOf(call);
    if (!layer || of === undefined) return undefined;
    if (layer.class_name === 'NotEqual') return { of, value: call!.args[1], any: false };
    const { axis, keepdims } = Config.catch({}).parse(layer.config);
    const inner = layer.class_name === 'Any' && axis === -1 && keepdims === false ? maskOf(of) : undefined;
    return inner && !inner.any ? { ...inner, any: true } : undefined;
  };
  /** Follows a tensor back to the layer that masks it. */
  const originOf = (tensor: string, depth = 0): Mask | undefined => {
    const [at] = tensor.split('/').slice(-2).map(Number);
    const layer = byName.get(tensor.split('/').slice(0, -2).join('/'));
    const call = layer && callsOf(layer)[at!];
    const of = call && firstOf(call);
    if (!layer || of === undefined || depth > layers.length) return undefined;
    const { mask_zero: zero, mask_value: value = 0 } = Config.catch({}).parse(layer.config);
    if (layer.class_name === 'Embedding' && zero === true) return { of, value: 0, any: false };
    if (layer.class_name === 'Masking') return { of, value, any: true };
    return originOf(of, depth + 1);
  };
  const isAutomatic = (call: Call): boolean => {
    const [tensor, input] = [tensorOf(call.kwargs['mask']), firstOf(call)];
    const [mask, origin] = [tensor && maskOf(tensor), input && originOf(input)];
    return !!mask && !!origin && mask.of === origin.of && mask.value === origin.value && mask.any === origin.any;
  };
  const without = layers.map((layer): LayerJson => {
    const nodes = layer.inbound_nodes?.map((node): unknown => {
      const call = Call.safeParse(node).data;
      if (!call || !isAutomatic(call)) return node;
      return { ...call, kwargs: Object.fromEntries(Object.entries(call.kwargs).filter(([key]) => key !== 'mask')) };
    });
    return nodes ? { ...layer, inbound_nodes: nodes } : layer;
  });
  return unusedLeftOut(without);
}

/** Leaves out comparisons that no layer takes. */
function unusedLeftOut(layers: readonly LayerJson[]): readonly LayerJson[] {
  const taken = new Set(layers.flatMap(({ inbound_nodes: nodes }) => namesIn(nodes)));
  const left = layers.filter(({ class_name: type, name = '' }) => !/^(NotEqual|Any)$/.test(type) || taken.has(name));
  return left.length < layers.length ? unusedLeftOut(left) : left;
}

function namesIn(value: unknown): string[] {
  const tensor = tensorOf(value);
  if (tensor !== undefined) return [tensor.split('/').slice(0, -2).join('/')];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  const entries = Config.safeParse(value);
  return entries.success ? Object.values(entries.data).flatMap(namesIn) : [];
}
