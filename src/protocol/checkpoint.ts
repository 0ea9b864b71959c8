import * as z from 'zod';

const dimension = z.number().int().nonnegative();

/** Converts a stored tensor to float32 (tfjs-core io types): w = value * scale + min. float16 has neither scale nor min. */
export const Quantization = z.looseObject({
  dtype: z.enum(['uint8', 'uint16', 'float16']),
  min: z.number().optional(),
  scale: z.number().optional(),
  original_dtype: z.string().optional(),
});
export type Quantization = z.infer<typeof Quantization>;

/** One tensor in a weights manifest of TensorFlow.js. */
export const WeightEntry = z.looseObject({
  name: z.string().min(1),
  shape: z.array(dimension),
  dtype: z.enum(['float32', 'int32', 'bool', 'string', 'complex64']),
  quantization: Quantization.optional(),
});
export type WeightEntry = z.infer<typeof WeightEntry>;

/** A group of shards. The files in `paths`, joined, hold the bytes of the tensors in order. */
export const WeightGroup = z.looseObject({ paths: z.array(z.string().min(1)).min(1), weights: z.array(WeightEntry) });
export type WeightGroup = z.infer<typeof WeightGroup>;

export const WeightsManifest = z.array(WeightGroup);
export type WeightsManifest = z.infer<typeof WeightsManifest>;

/** A JSON object, kept whole. `z.record` and `z.looseObject` would lose an entry named `__proto__`. */
export const JsonRecord = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'must be an object' },
);

/** `model.json` of a TensorFlow.js checkpoint. engine/model reads the topology in detail. */
export const ModelJson = z.looseObject({
  modelTopology: JsonRecord,
  weightsManifest: WeightsManifest,
  format: z.string().nullish(),
  generatedBy: z.string().nullish(),
  convertedBy: z.string().nullish(),
  userDefinedMetadata: JsonRecord.nullish(),
});
export type ModelJson = z.infer<typeof ModelJson>;

/** The scan of a workspace ignores larger files: 32 MiB. */
export const MODEL_JSON_MAX_BYTES = 32 * 1024 * 1024;

/** True if a text is the model.json of a checkpoint, whatever the name of its file. */
export function isCheckpointText(text: string): boolean {
  if (!text.includes('"weightsManifest"') || !text.includes('"modelTopology"')) return false;
  try {
    return ModelJson.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** True if a text has the shape of a recipe, whatever the name of its file. Its steps may still be wrong; a run reports that. */
export function isRecipeText(text: string): boolean {
  if (!text.includes('"recipeVersion"')) return false;
  try {
    return z.looseObject({ recipeVersion: z.unknown(), steps: z.array(z.unknown()) }).safeParse(JSON.parse(text))
      .success;
  } catch {
    return false;
  }
}
