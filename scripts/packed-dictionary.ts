// Writes src/loader/dictionary.ts from dictionary.txt. A change of either is another version of the format.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RangeEncoder } from '../src/engine/checkpoint/packed/range-encoder';
import { writeText } from '../src/engine/checkpoint/packed/write-text';
import { textModel } from '../src/loader/text-model';

const folder = path.join(import.meta.dirname, '../src/loader');
const text = readFileSync(path.join(folder, 'dictionary.txt'));
const coder = new RangeEncoder();
writeText(coder, textModel(text.length), text);
writeFileSync(
  path.join(folder, 'dictionary.ts'),
  `/** Bytes of dictionary.txt. */
export const DICTIONARY_LENGTH = ${text.length};
/** dictionary.txt, coded by the model that it primes. Written by scripts/packed-dictionary.ts. */
export const DICTIONARY =
  '${Buffer.from(coder.finish()).toString('base64')}';
`,
);
