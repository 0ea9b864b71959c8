/** The changes of one image, in the order in which they apply: brightness, flips, rotation about its center, shift. */
export interface Change {
  /** Added to each pixel, as a share of the range from black to white; -1 to 1. */
  readonly brightness: number;
  readonly flipX: boolean;
  readonly flipY: boolean;
  /** Degrees, clockwise. */
  readonly degrees: number;
  /** Whole pixels to the right and down. */
  readonly right: number;
  readonly down: number;
}

/** Properties of the images: height, width and channels, and the values of black and white pixels in each channel. */
export interface ImageForm {
  readonly shape: readonly [number, number, number];
  readonly black: readonly number[];
  readonly white: readonly number[];
}

/** Changes an image in place, row-major with channels last. Pixels from outside are black. */
export function changeImage(image: Float32Array, form: ImageForm, change: Change): void {
  if (change.brightness !== 0) brighten(image, form, change.brightness);
  const { flipX, flipY, degrees, right, down } = change;
  if (!flipX && !flipY && degrees === 0 && right === 0 && down === 0) return;
  const source = image.slice();
  if (degrees === 0) gather(image, source, form, change);
  else rotate(image, source, form, change);
}

function brighten(image: Float32Array, { shape, black, white }: ImageForm, share: number): void {
  const [, , channels] = shape;
  for (let c = 0; c < channels; c++) {
    const [least, most] = [black[c]!, white[c]!];
    const more = share * (most - least);
    for (let i = c; i < image.length; i += channels) image[i] = Math.min(most, Math.max(least, image[i]! + more));
  }
}

function blacken(image: Float32Array, { shape: [, , channels], black }: ImageForm): void {
  for (let c = 0; c < channels; c++) for (let i = c; i < image.length; i += channels) image[i] = black[c]!;
}

/** Copies each pixel from its position in the source. */
function gather(image: Float32Array, source: Float32Array, form: ImageForm, change: Change): void {
  const [height, width, channels] = form.shape;
  const { flipX, flipY, right, down } = change;
  blacken(image, form);
  // The part of a row or column of the source that stays in the image.
  const [first, end] = [Math.max(0, right), Math.min(width, width + right)];
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    const row = (flipY ? height - 1 - (y - down) : y - down) * width;
    let at = (y * width + first) * channels;
    for (let x = first; x < end; x++) {
      const from = (row + (flipX ? width - 1 - (x - right) : x - right)) * channels;
      for (let c = 0; c < channels; c++) image[at++] = source[from + c]!;
    }
  }
}

/** Interpolates each pixel from four pixels of the source. */
function rotate(image: Float32Array, source: Float32Array, { shape, black }: ImageForm, change: Change): void {
  const [height, width, channels] = shape;
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const [cos, sin] = [Math.cos((change.degrees * Math.PI) / 180), Math.sin((change.degrees * Math.PI) / 180)];
  const stride = width * channels;
  const pixel = (row: number, column: number, c: number): number =>
    row < 0 || row >= height || column < 0 || column >= width
      ? black[c]!
      : source[(row * width + column) * channels + c]!;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += channels) {
      const v = y - change.down - middleY;
      const u = x - change.right - middleX;
      const turnedY = cos * v - sin * u + middleY;
      const turnedX = cos * u + sin * v + middleX;
      const fromY = change.flipY ? height - 1 - turnedY : turnedY;
      const fromX = change.flipX ? width - 1 - turnedX : turnedX;
      const row = Math.floor(fromY);
      const column = Math.floor(fromX);
      const below = fromY - row;
      const after = fromX - column;
      const inside = row >= 0 && row + 1 < height && column >= 0 && column + 1 < width;
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) {
        const topLeft = inside ? source[from + c]! : pixel(row, column, c);
        const topRight = inside ? source[from + channels + c]! : pixel(row, column + 1, c);
        const lowLeft = inside ? source[from + stride + c]! : pixel(row + 1, column, c);
        const lowRight = inside ? source[from + stride + channels + c]! : pixel(row + 1, column + 1, c);
        image[at + c] =
          (1 - below) * ((1 - after) * topLeft + after * topRight) + below * ((1 - after) * lowLeft + after * lowRight);
      }
    }
}
