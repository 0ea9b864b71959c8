import { ChannelInteger, QuantizeStep } from '../../../protocol/steps/quantize';
import type { ModelContent } from '../../checkpoint/types';
import { quantized, type QuantizedModel } from '../../compress/quantize/quantize';
import { readGraph } from '../../model/graph';
import { PACK } from './training';
import { othersThan, trialsOf } from './values';
import type { AdviceMethod, Family, LayerTrials } from './method';

/** Rounds one layer to so many bits, each weight to the nearest value. */
function alone(model: ModelContent, layer: string, bits: number): QuantizedModel {
  return quantized(model, stepOf(inBitsOf(bits), othersThan(model, layer)));
}

const inBitsOf = (bits: number): ChannelInteger => ChannelInteger.parse(`int${bits}`);

const stepOf = (bits: ChannelInteger, protect: readonly string[] = []): QuantizeStep =>
  QuantizeStep.parse({ step: 'quantize', bits, protect });

function open(model: ModelContent): LayerTrials {
  const trial = quantized(model, stepOf('int8'));
  const graph = readGraph(model).layers;
  const layers = trial.layers.map(({ reason }, i) => {
    const kernels = graph[i]!.tensors.filter(({ tensor }) => trial.grids.has(tensor.name));
    return { layer: graph[i]!, kernels, reason };
  });
  return trialsOf(layers, (layer, bits) => alone(model, layer, bits).model);
}

const inBits = (examples: number): Family => ({
  name: 'bits',
  // A strength is the number of bits that go. Fewer than 8 bits must be measured.
  strengths: examples > 0 ? [0, 2, 3, 4] : [0],
  between: false,
  reduces: ['bytes'],
  title: (gone) => `${8 - gone} bits a weight, nothing trained`,
  does: (gone) =>
    `Keeps each weight in ${8 - gone} bits${examples > 0 ? ', rounded so that errors cancel out on training examples,' : ''} and writes one small file. Nothing is trained; the work for an answer stays.`,
  steps: (gone) => [{ step: 'quantize', bits: inBitsOf(8 - gone) }, PACK],
});

export const quantize: AdviceMethod = {
  name: 'quantize',
  layers: { by: 'quantize', amounts: [8, 6, 4, 3, 2], usual: 8, words: (bits) => `${bits} bits`, open },
  families: ({ examples }) => [inBits(examples)],
};
