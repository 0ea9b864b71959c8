import { UserError } from '../../../protocol/errors';
import type { Preprocess } from '../../../protocol/dataset';
import { reversed, withChannels } from './color';
import type { PictureHeader, Pixels } from './picture';
import { resized, type ResizeMethod, type ResizeMode } from './resize';

/** The form in which the pictures of a dataset enter a network. */
export interface Form {
  readonly height: number;
  readonly width: number;
  readonly color: 'gray' | 'rgb' | 'bgr';
  readonly resize: ResizeMode;
  readonly method: ResizeMethod;
}

/** Properties that all pictures share; null where they differ. */
export interface Common {
  readonly height: number | null;
  readonly width: number | null;
  /** 3 where some have colors. */
  readonly channels: 1 | 3;
}

/** Returns the properties that these pictures share. */
export function commonOf(headers: readonly Omit<PictureHeader, 'format'>[]): Common {
  const [first] = headers;
  const same = (key: 'height' | 'width'): number | null =>
    first && headers.every((header) => header[key] === first[key]) ? first[key] : null;
  return {
    height: same('height'),
    width: same('width'),
    channels: headers.some(({ channels }) => channels === 3) ? 3 : 1,
  };
}

/**
 * Decides the form of pictures for a network: as it was set, else from the shape of the input, else from the pictures.
 * @param input the shape with the batch dimension; undefined: any size
 * @param name of the dataset, for messages
 * @throws UserError where nothing decides the size
 */
export function formFor(
  input: readonly (number | null)[] | undefined,
  common: Common,
  { size, resize = 'stretch', method = 'bilinear', color }: Preprocess,
  name: string,
): Form {
  const wanted = wantedBy(input, common);
  const [height, width] = [size?.[0] ?? wanted.height ?? common.height, size?.[1] ?? wanted.width ?? common.width];
  if (height === null || width === null)
    throw new UserError(
      `The images of ${name} differ in size, and nothing says the one to use: say it as "preprocess": {"size": [HEIGHT, WIDTH]} in a NAME.data.json.`,
    );
  const channels = wanted.channels ?? common.channels;
  return { height, width, resize, method, color: color ?? (channels === 1 ? 'gray' : 'rgb') };
}

/** Returns the form of pictures for the shape of an input. */
function wantedBy(
  input: readonly (number | null)[] | undefined,
  { height, width }: Common,
): { height: number | null; width: number | null; channels: 1 | 3 | null } {
  const open = { height: null, width: null, channels: null };
  const [, first, second, third] = input ?? [];
  const channels = (count: number | null | undefined): 1 | 3 | null => (count === 1 || count === 3 ? count : null);
  switch (input?.length) {
    case 4:
      return { height: first ?? null, width: second ?? null, channels: channels(third) };
    case 3:
      return { height: first ?? null, width: second ?? null, channels: 1 };
    case 2:
      return {
        ...open,
        channels: height !== null && width !== null ? channels((first ?? 0) / (height * width)) : null,
      };
    default:
      return open;
  }
}

/** Counts the channels of a picture of this form. */
export const channelsOf = ({ color }: Form): 1 | 3 => (color === 'gray' ? 1 : 3);

/** Converts a picture to a form. */
export function formed(picture: Pixels, form: Form): Pixels {
  const sized = resized(picture, [form.height, form.width], form.resize, form.method);
  const colored = withChannels(sized, channelsOf(form));
  return form.color === 'bgr' ? reversed(colored) : colored;
}

/** Describes in a sentence how pictures are changed to a form; undefined where they are not. */
export function formNote(form: Form, common: Common): string | undefined {
  const { height, width, resize, method, color } = form;
  const done = [
    ...(height === common.height && width === common.width
      ? []
      : [
          `resized to ${height}x${width} (${method}, ${{ stretch: 'stretched', crop: 'cropped', pad: 'padded' }[resize]})`,
        ]),
    ...(channelsOf(form) === common.channels && color !== 'bgr' ? [] : [`turned into ${color}`]),
  ];
  const [first, second] = done;
  if (first === undefined) return undefined;
  return second === undefined ? `The images are ${first}.` : `The images are ${first} and ${second}.`;
}
