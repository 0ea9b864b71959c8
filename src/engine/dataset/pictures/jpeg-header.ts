import type { PictureHeader } from './picture';

const START = 0xffd8;
const APP1 = 0xffe1;
/** Recognizes a start of frame, of any coding. The markers DHT, JPG and DAC lie among their numbers. */
const isFrame = (marker: number): boolean =>
  marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
const EXIF = 0x45786966;
const ORIENTATION = 0x0112;

/** Properties of a stored JPEG picture; it is rotated where `orientation` (EXIF) is not 1. */
interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly orientation: number;
}

/**
 * Reads the displayed size of a JPEG picture; undefined where it is none. @throws RangeError where the bytes end before
 * its frame
 */
export function jpegHeader(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 2 || view.getUint16(0) !== START) return undefined;
  const { width, height, components, orientation } = jpegFrame(view);
  const [across, down] = orientation >= 5 ? [height, width] : [width, height];
  return { format: 'jpeg', width: across, height: down, channels: components === 1 ? 1 : 3 };
}

function jpegFrame(view: DataView): JpegFrame {
  let orientation = 1;
  for (let at = 2; ;) {
    const marker = view.getUint16(at);
    // Any number of fill bytes may precede a marker.
    if (marker === 0xffff) {
      at++;
      continue;
    }
    if (isFrame(marker)) {
      const [height, width, components] = [view.getUint16(at + 5), view.getUint16(at + 7), view.getUint8(at + 9)];
      return { width, height, components, orientation };
    }
    if (marker === APP1 && view.getUint32(at + 4) === EXIF) orientation = exifOrientation(view, at + 10);
    // A length includes its own two bytes; a smaller one would stop the search.
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
}

/** Reads the orientation in EXIF data, 1 to 8; 1 where it has none. */
function exifOrientation(view: DataView, start: number): number {
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
