import { z } from 'zod';
import type { ModelContent } from '../checkpoint/types';

/** Losses of classifiers with one output for each class, in the form of `plain`. */
const OF_CLASSES = new Set([
  'categoricalcrossentropy',
  'sparsecategoricalcrossentropy',
  'categoricalfocalcrossentropy',
]);

/**
 * Finds a training loss other than the cross-entropy of classes, as model.json names it; undefined where it names none,
 * or only that one. Reads `training_config` or `trainingConfig` as Keras and TensorFlow.js write it: a name, an object,
 * or one of these for each output.
 */
export function otherLoss(model: ModelContent): string | undefined {
  return configsOf(model)
    .flatMap((config) => namesOf(config['loss'], 0))
    .find((name) => !OF_CLASSES.has(plain(name)));
}

const Config = z.record(z.string(), z.unknown());
const LossObject = z.object({ class_name: z.string() });
const Named = z.object({ config: z.object({ name: z.string() }) });
/** Limit of the depth of nested objects; no loss is nested more deeply. */
const DEPTH = 4;

/** Finds the training configurations of a model. */
function configsOf({ modelTopology, described }: ModelContent): Record<string, unknown>[] {
  const places = [modelTopology['training_config'], described?.['trainingConfig'], described?.['training_config']];
  return places.flatMap((one) => {
    const parsed = Config.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

function namesOf(loss: unknown, depth: number): string[] {
  if (typeof loss === 'string') return loss === '' ? [] : [loss];
  if (typeof loss !== 'object' || loss === null || depth > DEPTH) return [];
  if (Array.isArray(loss)) return loss.flatMap((one) => namesOf(one, depth + 1));
  const object = LossObject.safeParse(loss);
  if (!object.success) return Object.values(loss).flatMap((one) => namesOf(one, depth + 1));
  // Keras writes the name of a function in the configuration, or as the configuration.
  const { class_name: name } = object.data;
  if (name !== 'function' && name !== 'LossFunctionWrapper') return [name];
  const inner = Named.safeParse(loss);
  const config: unknown = 'config' in loss ? loss.config : undefined;
  return inner.success ? [inner.data.config.name] : typeof config === 'string' ? [config] : [name];
}

/** `Custom>SparseCategoricalCrossentropy`, `sparse_categorical_crossentropy` -> `sparsecategoricalcrossentropy` */
const plain = (name: string): string => (name.split('>').at(-1) ?? '').replaceAll(/[^a-z]/gi, '').toLowerCase();
