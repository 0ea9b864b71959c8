import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { decodePicture } from '../../../src/engine/dataset/pictures/decode';
import { inThisThread, type Decoder } from '../../../src/engine/dataset/pictures/decoder';
import { threadsFor } from '../../../src/engine/dataset/pictures/decoder-for';
import { DecodingPool } from '../../../src/engine/dataset/pictures/decoding-pool';
import { pictureFiles } from '../../../src/engine/dataset/pictures/file';
import type { Form } from '../../../src/engine/dataset/pictures/form';
import { decodeAll } from '../../../src/engine/dataset/pictures/load';
import type { Picture } from '../../../src/engine/dataset/pictures/picture';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { temporaryFolder } from '../temporary';

const program = path.join(inject('dist'), 'decoding.cjs');
const fixtures = path.resolve('test/fixtures/pictures');
const form: Form = { height: 9, width: 14, resize: 'crop', method: 'bilinear', color: 'bgr' };

/** All pictures of the fixtures that can be decoded, each several times. */
async function pictures(): Promise<Picture[]> {
  const files = (await readdir(fixtures)).filter((name) => /\.(png|jpg|webp|bmp)$/.test(name));
  const all = await pictureFiles(files.map((name) => path.join(fixtures, name)), fixtures); // prettier-ignore
  const whole: Picture[] = [];
  for (const picture of all)
    if (await decodePicture(picture).then(() => true, () => false)) whole.push(picture); // prettier-ignore
  return Array.from({ length: 5 }, () => whole).flat();
}

describe('the number of threads', () => {
  it('follows the cores, and the memory that the largest picture needs in each', () => {
    const numbers = [1, 2, 4, 64].map((cores) => threadsFor([1e6], cores));
    expect(numbers).toEqual([2, 2, 3, 8]);
    expect(threadsFor([1e6, 3e7], 64)).toBe(4);
    expect(threadsFor([2 ** 26], 64)).toBe(2);
  });
});

describe('threads that decode pictures', () => {
  it('give the same pixels as one thread, and report each picture', async () => {
    const all = await pictures();
    expect(new Set(all.map(({ header: { format } }) => format)).size).toBeGreaterThan(2);
    const found = new Map<number, Uint8Array>();
    const seen: number[] = [];
    const listener = { onProgress: ({ done }: { done: number }) => void seen.push(done) };
    const place = (index: number, pixels: Uint8Array) => Promise.resolve(void found.set(index, pixels));
    await decodeAll(all, form, listener, place, new DecodingPool(program, 2));
    for (const [index, picture] of all.entries())
      expect(found.get(index)).toEqual(await inThisThread.pixelsOf(picture, form));
    expect(seen.at(-1)).toBe(all.length);
  });

  it('name a damaged picture as one thread does', async () => {
    const folder = await temporaryFolder();
    const bytes = await readFile(path.join(fixtures, 'rgb.png'));
    await writeFile(path.join(folder, 'cut.png'), bytes.subarray(0, bytes.length - 20));
    const all = [...(await pictures()), ...(await pictureFiles([path.join(folder, 'cut.png')], folder))];
    const nowhere = () => Promise.resolve();
    const failed = async (decoder: Decoder): Promise<unknown> => {
      try {
        await decodeAll(all, form, {}, nowhere, decoder);
        return undefined;
      } catch (error) {
        return error;
      }
    };
    const [one, other] = [await failed(inThisThread), await failed(new DecodingPool(program, 2))];
    if (!(one instanceof UserError && other instanceof UserError)) throw new Error('a damaged picture was decoded');
    expect(other.message).toBe(one.message);
    expect(other.message).toContain('cut.png');
  });

  it('stop at once when they are cancelled', async () => {
    const [picture] = await pictures();
    const abort = new AbortController();
    // Far more work than a test has time for.
    const large: Form = { ...form, height: 6000, width: 6000 };
    const endless = Array.from({ length: 1000 }, () => picture!);
    const decoding = decodeAll(endless, large, { signal: abort.signal }, () => Promise.resolve(), new DecodingPool(program, 2)); // prettier-ignore
    const rejected = expect(decoding).rejects.toThrow(CancelledError);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const start = performance.now();
    abort.abort();
    await rejected;
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('fail where a thread ends by itself, instead of waiting for it', async () => {
    const folder = await temporaryFolder();
    const broken = path.join(folder, 'broken.cjs');
    await writeFile(broken, 'process.exit(3)');
    const decoding = decodeAll(await pictures(), form, {}, () => Promise.resolve(), new DecodingPool(broken, 2));
    await expect(decoding).rejects.toThrow('A thread that decodes pictures ended with code 3.');
  });
});
