import { damaged } from './packed-error';
import { openPacked } from './packed-file';
import type { Packed, WeightSpec } from './public';
import { readSource } from './read-source';

/** model.json as far as it is used here. */
interface Description {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: readonly WeightSpec[] }[];
}

const isDescription = (value: unknown): value is Description => value instanceof Object && 'weightsManifest' in value;

export const packed: Packed = (source, options = {}) => ({
  load: async () => {
    const { text, weightsOf } = openPacked(await readSource(source, options));
    const json: unknown = JSON.parse(new TextDecoder().decode(text.subarray(0, text.indexOf(0))));
    if (!isDescription(json)) damaged();
    const { weightsManifest, ...model } = json;
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    return { ...model, weightSpecs, weightData: weightsOf(weightSpecs).buffer };
  },
});
