import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { RangeEncoder } from '../../../../src/engine/checkpoint/packed/range-encoder';
import { writeText } from '../../../../src/engine/checkpoint/packed/write-text';
import { DICTIONARY_LENGTH } from '../../../../src/loader/dictionary';
import { primedModel } from '../../../../src/loader/primed-model';
import { rangeDecoder } from '../../../../src/loader/range-decoder';
import { readText } from '../../../../src/loader/text-model';

const text = readFileSync('src/loader/dictionary.txt');

it('is dictionary.txt, coded: run `npx tsx scripts/packed-dictionary.ts` if this fails', () => {
  expect(Buffer.from(primedModel(0).last(DICTIONARY_LENGTH)).toString()).toBe(text.toString());
});

it('primes the model: a description is little more than half as long as gzip makes it', () => {
  const description = readFileSync('media/samples/fashion-cnn/model.json');
  const coder = new RangeEncoder();
  writeText(coder, primedModel(description.length), description);
  const bytes = coder.finish();
  expect(bytes.byteLength).toBeLessThan(gzipSync(description, { level: 9 }).byteLength * 0.55);
  const read = readText(rangeDecoder(bytes, 0, bytes.length), primedModel(description.length), description.length);
  expect(Buffer.from(read).equals(description)).toBe(true);
});
