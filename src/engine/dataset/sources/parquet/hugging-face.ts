import * as z from 'zod';
import type { Metadata } from './read';

const Feature = z.looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional() });
const Info = z.looseObject({ info: z.looseObject({ features: z.record(z.string(), z.unknown()) }) });

/** The description of a dataset's columns by Hugging Face. */
export interface ToldColumns {
  readonly target?: string;
  readonly image?: string;
  readonly classNames?: readonly string[];
}

/**
 * Reads the columns of images and of classes, and the class names, from the metadata of a file; empty where it has none.
 */
export function toldColumns({ huggingface }: Metadata): ToldColumns {
  let value: unknown;
  try {
    value = JSON.parse(huggingface ?? '');
  } catch {
    return {};
  }
  const parsed = Info.safeParse(value);
  if (!parsed.success) return {};
  const features = Object.entries(parsed.data.info.features).flatMap(([name, feature]) => {
    const its = Feature.safeParse(feature);
    return its.success ? [{ name, type: its.data._type, names: its.data.names }] : [];
  });
  const images = features.filter(({ type }) => type === 'Image');
  const classes = features.filter(({ type, names }) => type === 'ClassLabel' && names !== undefined);
  return {
    ...(images.length === 1 ? { image: images[0]!.name } : {}),
    ...(classes.length === 1 ? { target: classes[0]!.name, classNames: classes[0]!.names! } : {}),
  };
}
