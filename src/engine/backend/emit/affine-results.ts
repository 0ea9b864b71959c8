import type { ValueName } from '../encoding/model-builder';
import { sameShape, sizeOf } from '../graph/native-types';
import type { PendingValue, Value } from '../graph/value';
import { added, type Affine, affineOfImage, materialise, multiplied, plainImage, scaled } from './affine';
import type { Emission } from './emission';

const OPERATORS = { Add: 'Add', Sub: 'Sub', Multiply: 'Mul', RealDiv: 'Div' } as const;

/** More images than this are added up before others are added to them. */
const MAX_TERMS = 4;

/** The result as a sum of images, where it is one and that saves a pass. */
export function affineResult(emission: Emission, value: PendingValue<'Binary'>): Affine | undefined {
  const { inputs, operation, inputShapes } = value.node;
  const { fn } = operation.attributes;
  if (fn !== 'Add' && fn !== 'Sub' && fn !== 'Multiply' && fn !== 'RealDiv') return undefined;
  const count = value.shape[3];
  if (value.shape.length !== 4 || count === undefined || emission.block === 0) return undefined;
  if (inputs.some(({ dtype }) => dtype !== 'float32') || sizeOf(value.shape) === count) return undefined;
  const known = (input: Value): boolean => emission.isAffine(input) || emission.hasFilledBlocks(input);
  if (!emission.canBlock(count) && !inputs.some(known)) return undefined;
  const channels = emission.channelsOf(count);
  const { builder } = emission;
  const numbers = inputs.map((input, i) => perChannel(emission, input, inputShapes[i]!, value.shape));
  const images = inputs.map((input, i) => numbers[i] === undefined && sameShape(input.shape, value.shape));
  const [left, right] = numbers as [string | undefined, string | undefined];
  const [a, b] = inputs as [Value, Value];
  if (left !== undefined && right !== undefined) {
    const both = [left, right];
    return { channels, terms: new Map(), shift: builder.op(OPERATORS[fn], both) };
  }
  if (images[0] && right !== undefined && emission.isInBlocks(a)) {
    const affine = emission.affine(a);
    if (fn === 'Multiply' || fn === 'RealDiv') return scaled(builder, affine, right, fn === 'RealDiv' ? 'Div' : 'Mul');
    const result = added(builder, affine, { channels, terms: new Map(), shift: right }, fn);
    // What is centred is about to be squared or multiplied, and more than once.
    return fn === 'Sub' && plainImage(builder, affine) !== undefined ? computedOnce(emission, result) : result;
  }
  if (images[1] && left !== undefined && emission.isInBlocks(b)) {
    if (fn === 'Multiply') return scaled(builder, emission.affine(b), left, 'Mul');
    if (fn === 'RealDiv') return undefined;
    return added(builder, { channels, terms: new Map(), shift: left }, emission.affine(b), fn);
  }
  if (!images[0] || !images[1] || !emission.meetInBlocks(a, b)) return undefined;
  if (fn === 'Multiply') return multiplied(builder, emission.affine(a), emission.affine(b));
  if (fn === 'RealDiv' || !(emission.isAffine(a) || emission.isAffine(b))) return undefined;
  const sum = added(builder, emission.affine(a), emission.affine(b), fn);
  return sum.terms.size <= MAX_TERMS ? sum : undefined;
}

/** The image computed now, and only once for equal factors. */
function computedOnce({ builder }: Emission, affine: Affine): Affine {
  const parts = [...affine.terms].flat().join();
  const image = builder.once(`image ${parts} ${affine.shift ?? ''}`, () => materialise(builder, affine));
  return affineOfImage(builder, image, affine.channels);
}

/** Numbers `[channels]` that are the same for all pixels of an image of `shape`, if that is what the input is. */
export function perChannel(
  emission: Emission,
  input: Value,
  inputShape: readonly number[],
  shape: readonly number[],
): ValueName | undefined {
  const channels = shape.at(-1)!;
  if (sizeOf(input.shape) === channels && inputShape.at(-1) === channels) return emission.flat(input, [channels]);
  if (sizeOf(input.shape) === 1) {
    const name = emission.flat(input, []);
    return emission.builder.once(`expanded ${name} ${channels}`, () =>
      emission.builder.op('Expand', [name, emission.builder.ints(channels)]),
    );
  }
  if (!sameShape(inputShape, shape) || !sameShape(input.shape, shape) || !emission.isAffine(input)) return undefined;
  const { terms, shift } = emission.affine(input);
  return terms.size === 0 && shift !== null ? shift : undefined;
}
