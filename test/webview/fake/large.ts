import { largeModel, type FakeModel, type Spec } from './model';

/** The convolutions of VGG-16: channels, and the side of their outputs. */
const BLOCKS: readonly (readonly [channels: number, side: number, convolutions: number])[] = [
  [64, 224, 2],
  [128, 112, 2],
  [256, 56, 3],
  [512, 28, 3],
  [512, 14, 3],
];

/** VGG-16 with dense layers of certain widths, the last for classes. */
function vgg(widths: readonly number[]): Spec[] {
  const specs: Spec[] = [];
  let channels = 3;
  BLOCKS.forEach(([width, side, convolutions], block) => {
    for (let i = 1; i <= convolutions; i++) {
      const kernel = [3, 3, channels, width];
      specs.push({
        ...{ name: `block${block + 1}_conv${i}`, type: 'Conv2D', output: [side, side, width], kernel },
        macs: side * side * 9 * channels * width,
      });
      channels = width;
    }
    specs.push({ name: `block${block + 1}_pool`, type: 'MaxPooling2D', output: [side / 2, side / 2, width], macs: 0 });
  });
  let inputs = 7 * 7 * channels;
  specs.push({ name: 'flatten', type: 'Flatten', output: [inputs], macs: 0 });
  widths.forEach((width, i) => {
    const name = i === widths.length - 1 ? 'predictions' : `fc${i + 1}`;
    specs.push({ name, type: 'Dense', output: [width], kernel: [inputs, width], macs: inputs * width });
    inputs = width;
  });
  return specs;
}

/** Networks by their millions of parameters: a small head on the convolutions of VGG-16, and VGG-16. */
export const LARGE: Readonly<Record<number, () => Promise<FakeModel>>> = {
  30: () => largeModel('vgg16-small-head', vgg([600, 100])),
  138: () => largeModel('vgg16', vgg([4096, 4096, 1000])),
};
