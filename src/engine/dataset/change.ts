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

/** Properties of the images: height, width and channels, and the values of black and white pixels. */
export interface ImageForm {
  readonly shape: readonly [number, number, number];
  readonly black: number;
  readonly white: number;
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

function brighten(image: Float32Array, { black, white }: ImageForm, share: number): void {
  const more = share * (white - black);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(white, Math.max(black, image[i]! + more));
}

/** Copies each pixel from its position in the source. */
function gather(image: Float32Array, source: Float32Array, { shape, black }: ImageForm, change: Change): void {
  const [height, width, channels] = shape;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += channels) {
      const [row, column] = [y - change.down, x - change.right];
      if (row < 0 || row >= height || column < 0 || column >= width) image.fill(black, at, at + channels);
      else {
        const from = ((change.flipY ? height - 1 - row : row) * width + (change.flipX ? width - 1 - column : column)) * channels; // prettier-ignore
        for (let c = 0; c < channels; c++) image[at + c] = source[from + c]!;
      }
    }
}

/** Interpolates each pixel from four pixels of the source. */
function rotate(image: Float32Array, source: Float32Array, { shape, black }: ImageForm, change: Change): void {
  const [height, width, channels] = shape;
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const [cos, sin] = [Math.cos((change.degrees * Math.PI) / 180), Math.sin((change.degrees * Math.PI) / 180)];
  const pixel = (row: number, column: number, c: number): number =>
    row < 0 || row >= height || column < 0 || column >= width ? black : source[(row * width + column) * channels + c]!;
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += channels) {
      const [v, u] = [y - change.down - middleY, x - change.right - middleX];
      const [turnedY, turnedX] = [cos * v - sin * u + middleY, cos * u + sin * v + middleX];
      const fromY = change.flipY ? height - 1 - turnedY : turnedY;
      const fromX = change.flipX ? width - 1 - turnedX : turnedX;
      const [row, column] = [Math.floor(fromY), Math.floor(fromX)];
      const [below, after] = [fromY - row, fromX - column];
      for (let c = 0; c < channels; c++)
        image[at + c] =
          (1 - below) * ((1 - after) * pixel(row, column, c) + after * pixel(row, column + 1, c)) +
          below * ((1 - after) * pixel(row + 1, column, c) + after * pixel(row + 1, column + 1, c));
    }
}
