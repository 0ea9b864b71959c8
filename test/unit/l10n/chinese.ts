import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { translated, useTexts } from '../../../src/protocol/l10n';

const HAN = '\\p{Script=Han}';
/** Code, quoted names of code, the targets of links and addresses are no prose. */
const NO_PROSE = /```.*?```|`[^`]*`|"[\w.\[\], -]+"|\]\([^)]*\)|https?:\S+/gs;

const FAULTS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${HAN}[,;:!?](?!\\w)`, 'u'), 'half-width punctuation after Chinese'],
  [new RegExp(`${HAN}\\.(?!\\w)`, 'u'), 'a Latin full stop after Chinese'],
  [new RegExp(`${HAN}[A-Za-z0-9]|[A-Za-z0-9]${HAN}`, 'u'), 'no space between Chinese and Latin'],
  [new RegExp(`${HAN} ${HAN}`, 'u'), 'a space within Chinese'],
  [/ [，。；：？！、（）]|[，。；：？！、（）] /u, 'a space beside full-width punctuation'],
  [new RegExp(`"[^"]*${HAN}[^"]*"`, 'u'), 'Latin quotes around Chinese'],
  [new RegExp(`\\([^)]*${HAN}[^)]*\\)`, 'u'), 'half-width parentheses around Chinese'],
];

/** The faults of the typography of a Chinese text, each with the text; code and links are left out. */
export function mixedPunctuation(text: string): string[] {
  const prose = text.replaceAll(NO_PROSE, ']').replaceAll(/(\*{1,2})(\S[^*]*)\1/g, '$2');
  return FAULTS.flatMap(([fault, name]) => {
    const found = fault.exec(prose);
    return found ? [`${name}: "${found[0]}" in "${text}"`] : [];
  });
}

/** A sentence of the engine as a Chinese editor shows it. */
export function inChinese(text: string): string {
  const bundle = readFileSync('l10n/bundle.l10n.zh-cn.json', 'utf8');
  useTexts(z.record(z.string(), z.string()).parse(JSON.parse(bundle)));
  try {
    return translated(text);
  } finally {
    useTexts(undefined);
  }
}

/** The places of a text with two English words in a row; names of the field and keys of files have no space. */
export const englishIn = (text: string): string[] => (/[a-z]{2,} [a-z]{2,}/i.test(text) ? [text] : []);
