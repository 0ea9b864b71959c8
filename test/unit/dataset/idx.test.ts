import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdxImages, parseIdxLabels, readMaybeGzipped } from '../../../src/engine/dataset/idx';
import { UserError } from '../../../src/protocol/errors';
import { temporaryFolder } from '../temporary';
import { idx } from './idxFiles';

describe('IDX files', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (count, height, width) => {
        const pixels = Uint8Array.from({ length: count * height * width }, (_, i) => (i * 37) % 256);
        const parsed = parseIdxImages(idx(2051, [count, height, width], pixels), 'images');
        expect(parsed).toMatchObject({ count, height, width });
        expect([...parsed.pixels]).toEqual([...pixels]);
      }),
    );
    expect([...parseIdxLabels(idx(2049, [3], Uint8Array.of(1, 2, 9)), 'labels')]).toEqual([1, 2, 9]);
  });

  it('never fail with anything but one sentence', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, asImages) => {
        try {
          if (asImages) parseIdxImages(bytes, 'some-file');
          else parseIdxLabels(bytes, 'some-file');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect(String(error)).toMatch(/some-file .*\.$/);
        }
      }),
    );
  });

  it.each([
    [
      'a wrong magic number',
      idx(2049, [1, 1, 1], Uint8Array.of(1)),
      /no IDX file of images: it must start with the number 2051, not 2049/,
    ],
    ['nothing at all', Buffer.alloc(0), /not nothing/],
    ['half a header', idx(2051, [1], new Uint8Array()), /cut short: it ends within its header/],
    [
      'too few pixels',
      idx(2051, [2, 2, 2], new Uint8Array(7)),
      /cut short: its header announces 2 images of 2x2, that is 8 bytes, and 7 follow/,
    ],
    ['too many pixels', idx(2051, [2, 2, 2], new Uint8Array(9)), /too long/],
    ['images of no size', idx(2051, [2, 0, 2], new Uint8Array()), /images are empty/],
  ])('with %s are refused', (_, bytes, sentence) => {
    expect(() => parseIdxImages(bytes, 'file')).toThrow(sentence);
  });

  it('are unpacked by content, whatever they are called', async () => {
    const folder = await temporaryFolder();
    const packed = path.join(folder, 'packed');
    const plain = path.join(folder, 'plain.gz');
    await writeFile(packed, gzipSync(Buffer.from('abc')));
    await writeFile(plain, 'abc');
    expect(Buffer.from(await readMaybeGzipped(packed)).toString()).toBe('abc');
    expect(Buffer.from(await readMaybeGzipped(plain)).toString()).toBe('abc');
  });

  it('that are gzipped and cut short are refused, and so are missing ones', async () => {
    const file = path.join(await temporaryFolder(), 'cut.gz');
    await writeFile(file, gzipSync(Buffer.alloc(1000, 'x')).subarray(0, 20));
    await expect(readMaybeGzipped(file)).rejects.toThrow(/damaged or cut short/);
    await expect(readMaybeGzipped(`${file}.none`)).rejects.toThrow(/cannot be read/);
  });
});
