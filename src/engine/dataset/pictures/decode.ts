import { UserError } from '../../../protocol/errors';
import { decodeBmp } from './bmp';
import type { Picture, Pixels } from './picture';
import { decodePng } from './png';
import { CodecFailure, decodeJpeg, decodeWebp } from './wasm-codecs';

/** Decodes a picture as it is displayed. @throws UserError that names it where it is damaged */
export async function decodePicture(picture: Picture): Promise<Pixels> {
  const bytes = await picture.read();
  const { width, height } = picture.header;
  let pixels: Pixels;
  try {
    pixels = await decoded(picture, bytes);
  } catch (cause) {
    const why = cause instanceof CodecFailure && cause.message.includes('color conversion');
    throw new UserError(
      why
        ? `The picture ${picture.name} has colors for print (CMYK): save it as RGB.`
        : `The picture ${picture.name} is damaged or cut short: get it again, or leave it out.`,
      { cause },
    );
  }
  if (pixels.width !== width || pixels.height !== height)
    throw new UserError(
      `The picture ${picture.name} has ${pixels.width}x${pixels.height} pixels where its header says ${width}x${height}: get it again, or leave it out.`,
    );
  return pixels;
}

function decoded({ header: { format, channels } }: Picture, bytes: Uint8Array): Promise<Pixels> | Pixels {
  switch (format) {
    case 'png':
      return decodePng(bytes, channels);
    case 'jpeg':
      return decodeJpeg(bytes, channels);
    case 'webp':
      return decodeWebp(bytes);
    case 'bmp':
      return decodeBmp(bytes, channels);
  }
}
