import { reportedSplit, type DatasetInfo, type Split } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import {
  IMAGENET_CAFFE,
  isEven,
  normalizationName,
  RAW,
  sameNormalization,
  type Normalization,
} from '../../protocol/normalization';
import type { OpenData, SizedData } from './open-data';
import { Examples, normalizationTable } from './examples';
import { numbersIn } from './numbers-in';
import type { SizedParts } from './sizes';
import type { SourceData } from './sources/source';
import { inOrder } from './class-order';
import type { Members } from './split';
import { standardization, type Standardization } from './standardization';

const REORDERED = 'The classes are in the order in which the model knows them.';

type MembersOf = Readonly<Partial<Record<Split, Members>>>;

/** Opens a dataset in the shape that a network takes. */
export function sizedData(
  open: OpenData,
  source: Pick<SourceData, 'parts' | 'sortedClasses'>,
  members: MembersOf,
  sizes: SizedParts,
): SizedData {
  const { parts, shape, notes } = sizes;
  const { info, targets } = open;
  const kind = Object.values(parts).every(({ values }) => !(values instanceof Float32Array)) ? 'pixels' : 'numbers';
  let standard: Standardization | undefined;
  const data: SizedData = {
    ...{ ...open, shape, kind, notes: [...open.notes, ...notes] },
    inOrderOf: (names) => {
      const ordered = source.sortedClasses ? inOrder(info, source.parts, names) : undefined;
      // Numbers have no names of their own.
      const numbered = names.length === info.classNames.length && info.classNames.every((one, i) => one === String(i));
      if (!ordered && !numbered) return data;
      const renamed = { ...targets, classNames: [...names] };
      const named = {
        ...open,
        targets: renamed,
        info: { ...info, classNames: [...names] },
        notes: ordered ? [...open.notes, REORDERED] : open.notes,
      };
      return sizedData(named, { parts: ordered ?? source.parts, sortedClasses: false }, members, sizes);
    },
    standardization: () => (standard ??= kind === 'pixels' ? standardizationOf(parts, members) : null),
    under: (said) => {
      refuseOther(said, shape, open);
      const normalization = kind === 'numbers' ? { ...said, mean: RAW.mean, std: RAW.std } : said;
      const lookup = kind === 'numbers' ? null : normalizationTable(normalization);
      const split = (wanted: Split): Examples => {
        const its = members[wanted];
        const [examples, target] = its ? [parts[its.part], source.parts[its.part]?.target] : [];
        if (!its || !examples || !target) throw new UserError(whyNoSplit(info, wanted));
        const { values } = examples;
        const { members: of } = its;
        const { named } = source.parts[its.part]!;
        return new Examples(wanted, { values, target, members: of, shape, lookup, targets, normalization, named });
      };
      const reported = reportedSplit(info);
      return { ...data, normalization, reported, has: (wanted) => info.examples[wanted] > 0, split };
    },
  };
  return data;
}

/** @throws UserError where a normalization for three channels, or for BGR, does not fit the images */
function refuseOther(said: Normalization, shape: readonly number[], { info, preprocess }: OpenData): void {
  if (isEven(said)) return;
  const name = normalizationName(said);
  if (shape.at(-1) !== 3)
    throw new UserError(
      `The normalization ${name} has a number for each of three channels, but the examples of ${info.name} are ${shape.join('x')}: give one number for all, or images in color.`,
    );
  if (sameNormalization(said, IMAGENET_CAFFE) && preprocess.color !== 'bgr')
    throw new UserError(
      `The normalization ${name} is for channels in the order blue, green, red: say "preprocess": {"convention": "imagenet-caffe"} in a NAME.data.json for ${info.name}.`,
    );
}

/** Computes the standardization of the training examples, or of all examples where there are none. */
function standardizationOf(parts: SizedParts['parts'], members: MembersOf): Standardization {
  const its = members.train ?? members.validation ?? members.test;
  const examples = its && parts[its.part];
  if (!its || !examples || examples.values instanceof Float32Array) return null;
  return standardization(examples.values, numbersIn(examples.shape), its.members);
}

const NAMES: Readonly<Record<Split, string>> = { train: 'training', validation: 'validation', test: 'test' };

/** Explains in one sentence why a dataset has no such split. */
export function whyNoSplit({ name, examples }: DatasetInfo, split: Split): string {
  const [there] = (['train', 'validation', 'test'] as const).filter((one) => examples[one] > 0);
  const has = there === undefined ? '' : ` (only ${examples[there]} ${NAMES[there]} examples)`;
  const remedy =
    split === 'test' ? 'measure another split' : 'give data with a training part, of which some can be held out';
  return `The dataset ${name} has no ${NAMES[split]} examples${has}: ${remedy}.`;
}
