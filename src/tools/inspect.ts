import * as z from 'zod';
import { count, percent, sampleShape } from '../protocol/format';
import { Inspection, InputShape, LayerInfo } from '../protocol/model';
import { visible } from '../protocol/visible';
import { largest, layersListed, leftOut, model } from './fields';
import { defineTool } from './tool';
import { totalsText } from './totals';

/** The layers, sizes and MACs of a model. */
export const inspect = defineTool({
  name: 'inspect',
  title: 'Inspect a model',
  description:
    'Reads a TensorFlow.js checkpoint and lists its layers with parameters, zeros, multiply-accumulates (MACs) and the reason why a layer is not prunable. Nothing is run or written. Begin with it.',
  input: z.strictObject({
    model,
    packed: z
      .boolean()
      .default(false)
      .describe('Also compute the bytes of the model as one packed file; 20 seconds for 100 MB.'),
    inputShape: InputShape.optional().describe('Input size for a model that leaves it open, such as [224, 224, 3].'),
    layers: layersListed,
  }),
  output: Inspection.omit({ layers: true, provenance: true }).extend({
    layers: z.array(LayerInfo.omit({ tensors: true, bitsPerWeight: true })),
    leftOut,
  }),
  writes: false,
  async call({ model: given, packed, inputShape, layers }, { places, ask }, { signal }) {
    const path = await places.model(given);
    const inspection = await ask('inspect', { model: path, packed, inputShape }, { signal });
    const { listed, leftOut: others } = largest(inspection.layers, layers, ({ params }) => params);
    const { name, format, totals, notRunnable, advice = [], warnings = [] } = inspection;
    return {
      data: { ...inspection, layers: listed, leftOut: others },
      text: [
        `${visible(name)} (${format}): ${totalsText(totals)}`,
        ...listed.map(
          (layer) =>
            `- ${visible(layer.name)} (${visible(layer.type)}, ${sampleShape(layer.outputShape)}): ${count(layer.params)} parameters, ${layer.macs === null ? 'unknown' : count(layer.macs)} MACs${layer.sparsity === null ? '' : `, ${percent(layer.sparsity)} zeros`}${layer.reason === undefined ? '' : `; not pruned: ${visible(layer.reason)}`}`,
        ),
        ...(others > 0 ? [`${count(others)} smaller layers are left out.`] : []),
        ...[...(notRunnable === undefined ? [] : [notRunnable]), ...advice, ...warnings].map(visible),
      ].join('\n'),
    };
  },
});
