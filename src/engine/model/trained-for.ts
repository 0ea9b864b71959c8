import { z } from 'zod';
import type { ModelContent } from '../checkpoint/types';

/** Losses of networks that tell classes apart, one output for each, in the letters of `plain`. */
const OF_CLASSES = new Set([
  'categoricalcrossentropy',
  'sparsecategoricalcrossentropy',
  'categoricalfocalcrossentropy',
]);

/**
 * A loss other than the cross-entropy of classes that a model was trained with, as model.json names it; undefined where it
 * names none, or that one. Read is what Keras and TensorFlow.js write as `training_config` or `trainingConfig`: a name, an
 * object, or one of these for each output.
 */
export function otherLoss(model: ModelContent): string | undefined {
  return configsOf(model)
    .flatMap((config) => namesOf(config['loss'], 0))
    .find((name) => !OF_CLASSES.has(plain(name)));
}

const Config = z.record(z.string(), z.unknown());
const LossObject = z.object({ class_name: z.string() });
const Named = z.object({ config: z.object({ name: z.string() }) });
/** Objects within objects are read so deep: deeper ones are no losses. */
const DEPTH = 4;

/** The training configurations of a model, where they stand. */
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
  // A function as Keras writes it: its own name is in the configuration, or is the configuration.
  const { class_name: name } = object.data;
  if (name !== 'function' && name !== 'LossFunctionWrapper') return [name];
  const inner = Named.safeParse(loss);
  const config: unknown = 'config' in loss ? loss.config : undefined;
  return inner.success ? [inner.data.config.name] : typeof config === 'string' ? [config] : [name];
}

/** `Custom>SparseCategoricalCrossentropy`, `sparse_categorical_crossentropy` -> `sparsecategoricalcrossentropy` */
const plain = (name: string): string => (name.split('>').at(-1) ?? '').replaceAll(/[^a-z]/gi, '').toLowerCase();
