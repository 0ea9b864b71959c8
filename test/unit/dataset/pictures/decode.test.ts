import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { decodePicture } from '../../../../src/engine/dataset/pictures/decode';
import { pictureFiles } from '../../../../src/engine/dataset/pictures/file';
import type { Pixels } from '../../../../src/engine/dataset/pictures/picture';
import { resized } from '../../../../src/engine/dataset/pictures/resize';
import { UserError } from '../../../../src/protocol/errors';
import { temporaryFolder } from '../../temporary';

const folder = path.resolve('test/fixtures/pictures');
const Shown = z.object({ height: z.number(), width: z.number(), channels: z.number(), data: z.base64() });
/** Pixels as Pillow shows these files (turned by EXIF, without transparency), and images as TensorFlow and Keras resize one. */
const expected = z
  .object({
    pillow: z.record(z.string(), Shown),
    tensorflow: z.record(z.string(), z.object({ shape: z.array(z.number()), values: z.array(z.number()) })),
    source: Shown.omit({ channels: true }),
  })
  .parse(JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')));

const open = async (file: string): Promise<Pixels> =>
  decodePicture((await pictureFiles([file], path.dirname(file)))[0]!);

/** The largest difference of two pictures. */
const difference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity);

describe('a picture is what Pillow shows', () => {
  it.each(Object.entries(expected.pillow))('%s', async (name, { data, ...shape }) => {
    const picture = await open(path.join(folder, name));
    expect(picture).toMatchObject(shape);
    // Decoders of lossy formats may round differently.
    expect(difference(picture.data, Buffer.from(data, 'base64'))).toBeLessThanOrEqual(/jpg|lossy/.test(name) ? 4 : 0);
  });
});

it.each(Object.entries(expected.tensorflow))('is resized as TensorFlow does it: %s', (name, { shape, values }) => {
  const [mode, method] = name.split(' ') as ['stretch' | 'crop' | 'pad', 'bilinear' | 'nearest' | 'area'];
  const { height, width, data } = expected.source;
  const source = { height, width, channels: 3 as const, data: Uint8Array.from(Buffer.from(data, 'base64')) };
  const out = resized(source, [shape[0]!, shape[1]!], mode, method);
  expect([out.height, out.width, out.channels]).toEqual(shape);
  expect(Math.max(...values.map((value, i) => Math.abs(value - out.data[i]!)))).toBeLessThanOrEqual(0.51);
});

describe('a file that is broken or hostile is named', () => {
  const refused = async (name: string, bytes: Uint8Array): Promise<string> => {
    const place = path.join(await temporaryFolder(), 'pictures');
    await mkdir(place);
    await writeFile(path.join(place, name), bytes);
    const failure = await open(path.join(place, name)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(String(failure)).toContain(name);
    return String(failure);
  };

  it.each(['rgb.png', 'rgb.jpg', 'progressive.jpg', 'lossy.webp', 'lossless.webp', 'rgb.bmp'])(
    '%s, cut short',
    async (name) => {
      const bytes = await readFile(path.join(folder, name));
      expect(await refused(name, bytes.subarray(0, Math.floor(bytes.length * 0.6)))).toMatch(/damaged or cut short/);
      expect(await refused(name, bytes.subarray(0, 20))).toMatch(/cut short/);
    },
  );

  it('and the next picture is decoded all the same', async () => {
    const bytes = await readFile(path.join(folder, 'rgb.jpg'));
    await refused('bent.jpg', Buffer.concat([bytes.subarray(0, 200), Buffer.alloc(50, 7), bytes.subarray(250)]));
    expect((await open(path.join(folder, 'rgb.jpg'))).channels).toBe(3);
  });

  it('colors for print are refused', async () => {
    await expect(open(path.join(folder, 'print.jpg'))).rejects.toThrow(/print\.jpg has colors for print \(CMYK\)/);
  });

  it('a picture that unpacks to more than its header says, or has too many pixels', async () => {
    const chunk = (name: string, body: Uint8Array): Buffer => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(body.length);
      head.write(name, 4, 'latin1');
      return Buffer.concat([head, body, Buffer.alloc(4)]);
    };
    const png = (side: number, body: Uint8Array): Buffer => {
      const header = Buffer.alloc(13);
      header.writeUInt32BE(side, 0);
      header.writeUInt32BE(side, 4);
      header.set([8, 0, 0, 0, 0], 8);
      const signature = Buffer.from('89504e470d0a1a0a', 'hex');
      return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(body)), chunk('IEND', Buffer.alloc(0))]); // prettier-ignore
    };
    expect(await refused('bomb.png', png(8, Buffer.alloc(2 ** 24)))).toMatch(/damaged/);
    expect(await refused('huge.png', png(2 ** 17, Buffer.alloc(9)))).toMatch(/131072x131072 pixels, more than/);
  });

  it('random changes give pixels or one sentence', async () => {
    const place = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'rgb.png',
          'palette.png',
          'rgb.jpg',
          'turned-6.jpg',
          'lossy.webp',
          'lossless.webp',
          'palette.bmp',
        ),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (name, changes) => {
          const bytes = await readFile(path.join(folder, name));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          await writeFile(path.join(place, name), bytes);
          const result = await open(path.join(place, name)).catch((error: unknown) => error);
          if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
        },
      ),
      { numRuns: 150, seed: 5 },
    );
  }, 60_000);
});
