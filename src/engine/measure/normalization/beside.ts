import * as z from 'zod';
import type { Preprocess } from '../../../protocol/dataset';
import { UserError } from '../../../protocol/errors';
import type { Normalization } from '../../../protocol/normalization';
import { storedDataset } from '../../checkpoint/provenance';
import type { ModelContent } from '../../checkpoint/types';
import { NAMING_FILES, namesInText } from '../../dataset/class-names';

/** Names of the classes of a model, in the order of its outputs. */
export interface KnownClasses {
  readonly names: readonly string[];
  /** The file that names them; undefined where it is the checkpoint. */
  readonly file?: string;
}

/**
 * Returns the names of the classes that a model tells apart, in the order of its outputs: as Secateur stored them, or as
 * `labels.txt` or `metadata.json` beside the model names them.
 * @param outputs number of outputs of the model; null where it is unknown
 * @throws UserError where such a file names a class twice, or another number of classes
 */
export function knownClasses(model: ModelContent, outputs: number | null): KnownClasses | undefined {
  const stored = storedDataset(model)?.classNames;
  if (stored && stored.length > 0) return { names: stored };
  for (const file of NAMING_FILES) {
    const text = textOf(model, file);
    const names = text === undefined ? undefined : namesInText(file, text);
    if (!names) continue;
    if (new Set(names).size < names.length)
      throw new UserError(`The file ${file} beside the model has a class twice: name each class once.`);
    if (outputs !== null && outputs !== names.length && !(outputs === 1 && names.length === 2))
      throw new UserError(
        `The file ${file} beside the model names ${names.length} classes (${names.join(', ')}), but the model has ${outputs} outputs: name one class for each output, or take the file away.`,
      );
    return { names, file };
  }
  return undefined;
}

const TeachableMachine = z.looseObject({ packageName: z.literal('@teachablemachine/image') });

/** The way in which an image model of Teachable Machine takes pictures; undefined for other models. */
export function teachableMachine(
  model: ModelContent,
): { readonly normalization: Normalization; readonly preprocess: Preprocess } | undefined {
  const text = textOf(model, 'metadata.json');
  if (text === undefined) return undefined;
  try {
    if (!TeachableMachine.safeParse(JSON.parse(text)).success) return undefined;
  } catch {
    return undefined;
  }
  // Its library cuts the middle out, and maps pixels to -1 up to 1.
  return { normalization: { mean: 0.5, std: 0.5 }, preprocess: { resize: 'crop' } };
}

function textOf({ companions = [] }: ModelContent, name: string): string | undefined {
  const found = companions.find((one) => one.name === name);
  return found && Buffer.from(found.bytes).toString('utf8');
}
