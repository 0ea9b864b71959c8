/**
 * Texts in the language of the person. The English text is the key, as in `vscode.l10n`, whose bundles this module reads. Host
 * and page set a bundle once; the engine and the command line set none and speak English.
 */

/** Translations by key. A key that ends in `/engine` is a sentence of the engine with arguments, which `translated` recognizes. */
export type Texts = Readonly<Record<string, string>>;

/** A sentence of the engine with arguments. */
interface Pattern {
  readonly matches: RegExp;
  /** The places of the arguments, in the order of the English sentence. */
  readonly places: readonly number[];
  readonly text: string;
  /** The number of fixed characters. */
  readonly fixed: number;
}

let texts: Texts = {};
let patterns: readonly Pattern[] | undefined;

/** The ending of keys for sentences of the engine that have arguments. */
export const ENGINE_KEY = '/engine';
const PLACE = /\{(\d+)\}/g;
/** In the translation of a sentence of the engine, `{0!}` stands for the translation of the first argument: names stay as they are. */
const DEEP_PLACE = /\{(\d+)(!?)\}/g;

/** Sets the translations of this process; undefined: English. */
export function useTexts(bundle: Texts | undefined): void {
  texts = bundle ?? {};
  patterns = undefined;
}

/** The translations of this process. */
export const textsInUse = (): Texts => texts;

const filled = (text: string, args: readonly (string | number)[]): string =>
  text.replace(PLACE, (place, index: string) => String(args[Number(index)] ?? place));

/** Translates a text. @param message the English text, written out where it is used; `{0}` stands for the first argument */
export const t = (message: string, ...args: readonly (string | number)[]): string =>
  filled(texts[message] ?? message, args);

/**
 * Translates a count. A language with one form translates the text for many only.
 * @param one the text for 1, with `{0}` for the count
 */
export const tPlural = (value: number, one: string, many: string, ...args: readonly (string | number)[]): string =>
  filled((value === 1 ? texts[one] : undefined) ?? texts[many] ?? (value === 1 ? one : many), args);

/** Sentences one after the other, with a space between them where the language has one. Empty ones are left out. */
export const sentences = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(t(' '));

/**
 * Translates a text that was made elsewhere: a label of a schema, or a sentence of the engine with its arguments filled in. A
 * text that has no translation stays as it is.
 */
export function translated(text: string): string {
  const own = texts[text];
  if (own !== undefined) return own;
  const counted = countedIn(text);
  if (counted !== undefined) return counted;
  patterns ??= patternsOf(texts);
  for (const { matches, places, text: translation } of patterns) {
    const found = matches.exec(text);
    if (!found) continue;
    const args: string[] = [];
    for (const [index, place] of places.entries()) args[place] = found[index + 1] ?? '';
    return translation.replace(DEEP_PLACE, (place, index: string, deep: string) => {
      const arg = args[Number(index)] ?? place;
      return deep === '' ? arg : translated(arg);
    });
  }
  return text;
}

/** A count with its noun, as `plural` makes it: `3 layers`. */
const COUNT_AND_NOUN = /^([\d,]+) (.+)$/s;

function countedIn(text: string): string | undefined {
  const [, count, noun] = COUNT_AND_NOUN.exec(text) ?? [];
  if (count === undefined || noun === undefined) return undefined;
  const own = texts[`{0} ${noun}`] ?? (count === '1' ? texts[`{0} ${noun}s`] : undefined);
  return own === undefined ? undefined : filled(own, [count]);
}

const isQuoted = (before: string, after: string): boolean => before.endsWith('"') && after.startsWith('"');

/** The patterns of the sentences of the engine. The one with the most fixed characters comes first, because it says the most. */
function patternsOf(bundle: Texts): Pattern[] {
  return Object.entries(bundle)
    .filter(([key]) => key.endsWith(ENGINE_KEY))
    .map(([key, text]) => {
      const sentence = key.slice(0, -ENGINE_KEY.length);
      const fixed = sentence.split(PLACE).filter((_, index) => index % 2 === 0);
      const places = [...sentence.matchAll(PLACE)].map(([, index]) => Number(index));
      const literal = fixed.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      // A name in quotes ends at the next one, so that two reasons in a row are not taken for one with a long name.
      const source = literal.reduce(
        (before, after) => `${before}${isQuoted(before, after) ? '([^"]*)' : '(.*?)'}${after}`,
      );
      return { matches: new RegExp(`^${source}$`, 's'), places, text, fixed: fixed.join('').length };
    })
    .sort((a, b) => b.fixed - a.fixed);
}
