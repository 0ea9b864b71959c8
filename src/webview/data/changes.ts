import { t, translated } from '../../protocol/l10n';
import { differingOptions, recognizedOptions, sameJson } from '../../protocol/data-options';
import type { DataDescription } from '../../protocol/data-description';
import { keyWords } from '../../protocol/fields';
import { isObject, withKey, type Json, type JsonObject } from '../../protocol/json';
import { Normalization, normalizationName } from '../../protocol/normalization';

/** An option that says something else than what was recognized. */
export interface OptionChange {
  /** The keys that lead to it. */
  readonly path: readonly string[];
  /** `Columns: target`. */
  readonly label: string;
  readonly to: string;
  /** What was recognized; undefined: nothing. */
  readonly from: string | undefined;
}

/** Lists the options that say something else than what was recognized without them. */
export function changesOf(options: JsonObject, recognized: DataDescription | null): readonly OptionChange[] {
  const known = recognized ? recognizedOptions(recognized) : {};
  return Object.entries(differingOptions(options, known)).flatMap(([key, value]): OptionChange[] => {
    const inner = known[key];
    if (!isObject(value) || key === 'normalization') return [change([key], value, inner)];
    return Object.entries(value).map(([part, its]) =>
      change([key, part], its, isObject(inner) ? inner[part] : undefined),
    );
  });
}

const change = (path: readonly string[], to: Json, from: Json | undefined): OptionChange => ({
  path,
  label: path
    .map((key, i) =>
      i === 0 ? translated(keyWords(key)) : isNamed(path) ? key : translated(keyWords(key)).toLowerCase(),
    )
    .join(': '),
  to: words(to),
  from: from === undefined ? undefined : words(from),
});

/** True for parts that are called by names of the model. */
const isNamed = ([key]: readonly string[]): boolean => key === 'inputs' || key === 'outputs';

/** So many values of a list are shown. */
const LISTED = 6;

function words(value: Json): string {
  if (Array.isArray(value)) {
    const listed = value.slice(0, LISTED).map(words).join(t(', '));
    return value.length > LISTED ? t('{0} and {1} more', listed, value.length - LISTED) : listed;
  }
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  if (!isObject(value)) return String(value);
  const normalization = Normalization.safeParse(value);
  if (normalization.success) return normalizationName(normalization.data);
  return Object.entries(value)
    .map(([key, its]) => `${translated(keyWords(key)).toLowerCase()} ${words(its)}`)
    .join(t(', '));
}

/** The options without one; an option without parts is left out. */
export function withoutOption(options: JsonObject, [key, part]: readonly string[]): JsonObject {
  if (key === undefined) return options;
  const value = options[key];
  return tidy(
    withKey(options, key, part === undefined || !isObject(value) ? undefined : withKey(value, part, undefined)),
  );
}

/** Leaves out options without parts. */
export const tidy = (options: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => !sameJson(value, {})));

/** The options as the fields show them: a normalization by its name. */
export function asShown(options: JsonObject): JsonObject {
  const normalization = Normalization.safeParse(options['normalization']);
  return normalization.success ? { ...options, normalization: normalizationName(normalization.data) } : options;
}

/** The option at the top whose value differs, which tells one change from the next. */
export const changedField = (before: JsonObject, after: JsonObject): string =>
  [...Object.keys(before), ...Object.keys(after)].find((key) => !sameJson(before[key], after[key])) ?? '';
