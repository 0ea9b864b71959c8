import { decodePicture } from './decode';
import { formed, type Form } from './form';
import type { Picture } from './picture';

/** Decodes pictures into one form. */
export interface Decoder {
  /** Pictures that are worth having in progress at a time. */
  readonly atOnce: number;
  /** Decodes a picture. @throws UserError that names it where it is damaged */
  pixelsOf(picture: Picture, form: Form): Promise<Uint8Array>;
  /** Stops at once, with whatever is in progress. */
  end(): void;
}

/** Pictures in progress at a time: one can be read while another is decoded. */
const AT_ONCE = 4;

/** Decodes in this thread. */
export const inThisThread: Decoder = {
  atOnce: AT_ONCE,
  pixelsOf: async (picture, form) => formed(await decodePicture(picture), form).data,
  end: () => undefined,
};
