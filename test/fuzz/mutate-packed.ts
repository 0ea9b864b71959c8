import { createHash } from 'node:crypto';
import { RangeEncoder } from '../../src/engine/checkpoint/packed/range-encoder';
import { WeightsEncoder } from '../../src/engine/checkpoint/packed/weights-encoder';
import { writeText } from '../../src/engine/checkpoint/packed/write-text';
import type { Random } from '../../src/engine/dataset/random';
import { CHECKSUM, HEAD } from '../../src/loader/head';
import { primedModel } from '../../src/loader/primed-model';
import { mutateBytes, mutateJson, pick } from './mutate';
import type { PackedSeed } from './packed-seeds';

/** Parameters that programs do not expect: sizes, kinds, lines, channels. */
const PARAMETERS = [
  ...[0, 1, 2, 3, 4, 5, 7, 16, 255, 256, 4096, 65_531, 65_535, 65_536],
  ...[2 ** 20, 2 ** 24, 2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2],
];
const MOST = 2 ** 32 - 2;

/** Writes some parameters other than they are: tables and heads that lie about sizes. */
class LyingEncoder extends WeightsEncoder {
  constructor(
    coder: RangeEncoder,
    private readonly random: Random,
    /** One of so many parameters is a lie. */
    private readonly oneOf: number,
  ) {
    super(coder);
  }

  override parameter(value: number): void {
    super.parameter(this.random.below(this.oneOf) === 0 ? this.lieAbout(value) : value);
  }

  private lieAbout(value: number): number {
    const { random } = this;
    const near = [value + 1, value - 1, value * 2, Math.floor(value / 2), random.below(1024)];
    const lie = random.below(2) === 0 ? pick(random, PARAMETERS) : pick(random, near);
    return Math.min(MOST, Math.max(0, lie));
  }
}

/** Changes a packed file; in most cases its checksum is made right again, so that its decoder meets the change. */
export function mutatePacked(seed: PackedSeed, random: Random): Uint8Array {
  const body = changedBody(seed, random);
  const own = seed.bytes.subarray(seed.bytes.byteLength - CHECKSUM);
  const sum = random.below(8) > 0 ? createHash('sha256').update(body).digest() : own;
  return Buffer.concat([body, sum]);
}

function changedBody(seed: PackedSeed, random: Random): Uint8Array {
  switch (random.below(6)) {
    case 0:
      return mutateBytes(Buffer.from(seed.bytes.subarray(0, -CHECKSUM)), random);
    case 1:
    case 2:
      return writtenAgain(seed, seed.text, (coder) => new LyingEncoder(coder, random, 4 + random.below(40)));
    case 3:
      return writtenAgain(seed, changedText(seed.text, random), (coder) => new WeightsEncoder(coder));
    default:
      return changedBytes(seed, random);
  }
}

/** Changes bytes, most of them where sizes and parameters are: at the beginnings of the file and of its parts. */
function changedBytes({ bytes, places }: PackedSeed, random: Random): Uint8Array {
  const changed = Uint8Array.from(bytes.subarray(0, -CHECKSUM));
  for (let times = 1 + random.below(3); times > 0; times--) {
    const near = random.below(4) > 0;
    const at = near
      ? Math.min(changed.length - 1, pick(random, places) + random.below(16))
      : random.below(changed.length);
    changed[at] = random.below(2) === 0 ? changed[at]! ^ (1 << random.below(8)) : random.below(256);
  }
  return changed;
}

/** Changes the description: names, shapes and types that do not fit what follows. */
function changedText(text: Uint8Array, random: Random): Uint8Array {
  const end = text.indexOf(0);
  const json = mutateJson(Buffer.from(text.subarray(0, end)).toString('utf8'), random);
  return Buffer.concat([Buffer.from(json, 'latin1'), text.subarray(end)]);
}

/** Writes a file without its checksum as `pack` does, with this text and this encoder. */
export function writtenAgain(
  seed: PackedSeed,
  text: Uint8Array,
  encoderFor: (coder: RangeEncoder) => WeightsEncoder,
): Uint8Array {
  const coder = new RangeEncoder();
  const encoder = encoderFor(coder);
  encoder.parameter(text.byteLength);
  encoder.parameter(seed.weightBytes);
  writeText(coder, primedModel(text.byteLength), text);
  for (const coding of seed.codings) encoder.tensor(coding);
  coder.raw(31, seed.check);
  return Buffer.concat([Buffer.from(HEAD), coder.finish()]);
}
