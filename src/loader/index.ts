import { damaged } from './packed-error';
import { openPacked, type PackedTensor } from './packed-file';
import { readSource, type PackedOptions, type PackedSource } from './read-source';

export type { PackedOptions, PackedSource } from './read-source';

/** A tensor as TensorFlow.js describes it. */
export interface WeightSpec extends PackedTensor {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  readonly quantization?: { dtype: 'uint8' | 'uint16' | 'float16'; scale?: number; min?: number };
}

/** A model as the loaders of TensorFlow.js take it (`io.ModelArtifacts`). */
export interface PackedModel {
  readonly modelTopology: object;
  readonly weightSpecs: WeightSpec[];
  readonly weightData: ArrayBuffer;
  readonly format?: string;
  readonly generatedBy?: string;
  readonly convertedBy?: string | null;
  readonly userDefinedMetadata?: Record<string, unknown>;
}

/** A source of a model for `tf.loadLayersModel` and `tf.loadGraphModel` (`io.IOHandler`). */
export interface PackedHandler {
  readonly load: () => Promise<PackedModel>;
}

/** model.json as far as it is used here. */
interface Description {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: readonly WeightSpec[] }[];
}

const isDescription = (value: unknown): value is Description => value instanceof Object && 'weightsManifest' in value;

/**
 * Returns a handler for a file NAME.secateur: `await tf.loadLayersModel(packed('net.secateur'))`.
 * @param source an address, a path (in Node.js), or the bytes of the file
 * @returns a handler whose `load` rejects with a sentence where the file is damaged
 */
export const packed = (source: PackedSource, options: PackedOptions = {}): PackedHandler => ({
  load: async () => {
    const { text, weights } = openPacked(await readSource(source, options));
    const json: unknown = JSON.parse(new TextDecoder().decode(text.subarray(0, text.indexOf(0))));
    if (!isDescription(json)) damaged();
    const { weightsManifest, ...model } = json;
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    return { ...model, weightSpecs, weightData: weights(weightSpecs).buffer };
  },
});
