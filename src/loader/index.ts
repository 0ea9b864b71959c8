import { refuse } from './refuse';
import { openPacked } from './packed-file';
import type { Packed, WeightSpec } from './public';
import { readSource } from './read-source';

/** model.json as far as it is used here. */
interface Description {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: readonly WeightSpec[] }[];
}

/** @throws Error with a sentence: that of the parser would hold the damaged text */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    refuse();
  }
};

const isDescription = (value: unknown): value is Description => value instanceof Object && 'weightsManifest' in value;

export const packed: Packed = (source, options = {}) => ({
  load: async () => {
    const { text, weightsOf } = openPacked(await readSource(source, options));
    const json = parse(new TextDecoder().decode(text.subarray(0, text.indexOf(0))));
    if (!isDescription(json)) refuse();
    const { weightsManifest, ...model } = json;
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    return { ...model, weightSpecs, weightData: weightsOf(weightSpecs).buffer };
  },
});
