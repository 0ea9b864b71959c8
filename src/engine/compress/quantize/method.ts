import type { ScannedLayer } from '../../../protocol/measure/sensitivity';
import { bitsOf, ChannelInteger, QuantizeStep } from '../../../protocol/steps/quantize';
import type { ModelContent } from '../../checkpoint/types';
import type { GraphLayer } from '../../model/model-graph';
import { kernelChannels } from '../../model/kernel-channels';
import { readGraph } from '../../model/graph';
import { sparsityOf } from '../../../protocol/figures';
import type { CompressionMethod, MethodContext, MethodOptions } from '../method';
import { compensated } from './compensate';
import { quantized } from './quantize';

/** Bits of a weight that is left as it is, and of a scale. */
const FULL_BITS = 32;

/**
 * Quantizes layers to widths of their own, with compensated errors (see `solveOnGrid`). An amount is the bits of a weight.
 * @throws UserError where a protected layer does not exist
 */
export function quantization(
  model: ModelContent,
  { protect }: Pick<MethodOptions, 'protect'>,
  { data, ...context }: MethodContext,
): CompressionMethod {
  const trial = quantized(model, QuantizeStep.parse({ step: 'quantize', bits: 'int8', protect }));
  const graph = readGraph(model).layers;
  const kernels = (layer: GraphLayer) => layer.tensors.filter(({ tensor }) => trial.grids.has(tensor.name));
  const layers = trial.layers.map(({ name, state, reason }, i): ScannedLayer => {
    const own = kernels(graph[i]!);
    const scanned = state === 'quantized' && own.length > 0;
    return {
      name,
      parameters: scanned ? own.map(({ tensor }) => tensor.name) : [],
      size: scanned ? own.reduce((sum, { params }) => sum + params, 0) : 0,
      state: scanned ? 'scanned' : 'skipped',
      ...(scanned || reason === undefined ? {} : { reason }),
    };
  });
  const scanned = layers.filter(({ state }) => state === 'scanned');
  const step = (amounts: ReadonlyMap<string, number>): QuantizeStep =>
    QuantizeStep.parse({
      step: 'quantize',
      bits: 'int8',
      layers: Object.fromEntries(
        scanned.map(({ name }) => [name, amounts.has(name) ? `int${amounts.get(name)}` : 'float32']),
      ),
      ...(protect === undefined ? {} : { protect }),
    });
  const round = async (amounts: ReadonlyMap<string, number>) => {
    const wanted = step(amounts);
    // Its progress would alternate with the progress of the whole.
    return compensated(model, quantized(model, wanted), wanted, data, { ...context, onProgress: undefined });
  };
  return {
    compressor: {
      layers,
      compress: async (layer, bits) => {
        const { tensors } = (await round(new Map([[layer, bits]]))).model;
        const { parameters } = layers.find(({ name }) => name === layer)!;
        const values = parameters.map((name) => tensors.get(name)!.data);
        const zeros = values.reduce((sum, one) => sum + one.filter((value) => value === 0).length, 0);
        return {
          tensors,
          reached:
            sparsityOf(
              zeros,
              values.reduce((sum, { length }) => sum + length, 0),
            ) ?? 0,
        };
      },
    },
    step,
    weightBytes: (amounts) => {
      const widths = new Map<string, number>();
      for (const layer of graph) {
        const bits = amounts.get(layer.name);
        for (const one of layer.tensors) {
          if (widths.has(one.tensor.name)) continue;
          const isRounded = bits !== undefined && trial.grids.has(one.tensor.name);
          const scales = isRounded ? FULL_BITS * kernelChannels(one).count : 0;
          widths.set(one.tensor.name, scales + one.params * (isRounded ? bits : FULL_BITS));
        }
      }
      return Math.ceil([...widths.values()].reduce((sum, bits) => sum + bits, 0) / 8);
    },
    globalAmounts: () => null,
    apply: (amounts) => {
      const done = quantized(model, step(amounts)).model;
      return { model: done, shown: done.tensors };
    },
    applyAndReconstruct: async (amounts) => {
      const done = (await round(amounts)).model;
      return { model: done, shown: done.tensors };
    },
  };
}

/** Reads the amounts of a step: bits by layer name; layers that stay as they are are absent. */
export const amountsIn = ({ layers = {} }: Pick<QuantizeStep, 'layers'>): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(layers).flatMap(([layer, bits]) => {
      const known = ChannelInteger.safeParse(bits);
      return known.success ? [[layer, bitsOf(known.data)] as const] : [];
    }),
  );
