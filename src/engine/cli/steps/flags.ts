import { InvalidArgumentError, Option } from 'commander';
import { UserError } from '../../../protocol/errors';
import type { Field, Spec, Variant } from '../../../protocol/fields';
import type { Json, JsonObject } from '../../../protocol/json';
import { listOf, numberTyped } from '../options';

/** Options given on a command line, by the names that commander uses. */
export type Given = Readonly<Record<string, unknown>>;

/** An option of the command line that sets a part of an object, such as a step. */
export interface Flag {
  readonly option: Option;
  /** Path of the value in the object. */
  readonly at: readonly string[];
  /** This option is only valid beside that one. */
  readonly needs: Option | undefined;
}

/** Common properties of the options of an object while they are made. */
interface Context {
  /** Names in use; an option whose name is taken gets the name of its owner in front. */
  readonly taken: Set<string>;
  readonly owner: string;
  readonly at: readonly string[];
  readonly needs: Option | undefined;
}

const kebab = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Turns a sentence of a schema into a line of help: `Passes over the examples.` -> `passes over the examples`. */
function helpOf({ help, fallback, spec }: Field): string {
  const text = !/^(Adam|[A-Z]{2})/.test(help) ? help.charAt(0).toLowerCase() + help.slice(1) : help;
  const shown =
    spec.kind === 'flag' || fallback === undefined
      ? ''
      : ` (default: ${JSON.stringify(fallback).replaceAll(/["[\]]/g, '')})`;
  return text.replace(/\.$/, '') + shown;
}

/** Makes the options for the fields of an object, and adds their names to `taken`. */
export function flagsOf(
  fields: readonly Field[],
  { taken, owner = '', at = [], needs }: Partial<Context> & Pick<Context, 'taken'>,
): Flag[] {
  const context = { taken, owner, at, needs };
  return fields.flatMap((field) => flagsOfField(field, context));
}

function flagsOfField(field: Field, context: Context): Flag[] {
  const { spec } = field;
  switch (spec.kind) {
    case 'constant':
      return [];
    case 'object':
      return flagsOfPart(field, spec.fields, context);
    case 'union':
      return spec.variants.every((variant) => variant.spec.kind === 'object')
        ? flagsOfVariants(field, spec.variants, context)
        : [flagOf(field, context)];
    case 'flag': {
      const yes = flagOf(field, context);
      const no = new Option(`--no-${yes.option.long!.slice(2)}`, `not: ${helpOf(field)}`);
      return [yes, { ...yes, option: field.fallback === true ? no : no.hideHelp() }];
    }
    default:
      return [flagOf(field, context)];
  }
}

/** Differences of an option from its field. */
interface Special {
  readonly flag?: string;
  /** The placeholder of its value. */
  readonly value?: string;
  /** True for an amount: the schema refuses a number that does not fit, as in a recipe. */
  readonly isAmount?: boolean;
}

function flagOf(field: Field, context: Context, special: Special = {}): Flag {
  const { flag = field.flag ?? kebab(field.key), value = placeholder(field), isAmount = false } = special;
  const option = new Option(`--${nameFor(flag, context)}${value}`, helpOf(field));
  const { spec } = field;
  if (spec.kind === 'choice' && !spec.open) option.choices(spec.options);
  else if (spec.kind === 'number' && isAmount) option.argParser(asNumber);
  else if (spec.kind !== 'flag' && spec.kind !== 'text' && spec.kind !== 'choice' && spec.kind !== 'names')
    option.argParser((typed: string, before: unknown) => typedAs(spec, typed, before));
  if (context.needs) option.helpGroup(`Options with ${context.needs.long}:`);
  return { option, at: [...context.at, field.key], needs: context.needs };
}

const asNumber = (typed: string): number => (typed.trim() === '' ? Number.NaN : Number(typed));

function nameFor(name: string, { taken, owner }: Context): string {
  const free = taken.has(name) ? `${kebab(owner)}-${name}` : name;
  if (taken.has(free)) throw new Error(`two options are called --${free}`);
  taken.add(free);
  return free;
}

/** Makes the options of an optional part: an option of its own sets the first field, others are only valid beside it. */
function flagsOfPart(field: Field, fields: readonly Field[], context: Context): Flag[] {
  const main = fields.find(({ required }) => required) ?? fields[0];
  if (!main) return [];
  const value = main.required ? placeholder(main) : placeholder(main).replace(/<(.*)>/, '[$1]');
  const opener = flagOf({ ...main, help: field.help }, context, { flag: kebab(field.key), value, isAmount: true });
  const at = [...context.at, field.key];
  const others = fields.filter((one) => one !== main);
  const rest = { taken: context.taken, owner: field.key, at, needs: opener.option };
  return [{ ...opener, at: [...at, main.key] }, ...flagsOf(others, rest)];
}

/** Makes one option for each shape of a value; they exclude one another. */
function flagsOfVariants(field: Field, variants: readonly Variant[], context: Context): Flag[] {
  const flags = variants.flatMap(({ spec }) => {
    const [only] = spec.kind === 'object' ? spec.fields : [];
    if (!only) return [];
    return [flagOf(only, { ...context, at: [...context.at, field.key] }, { isAmount: true })];
  });
  const names = flags.map(({ option }) => option.attributeName());
  for (const { option } of flags) option.conflicts(names.filter((name) => name !== option.attributeName()));
  return flags;
}

function placeholder({ key, spec, unit }: Field): string {
  switch (spec.kind) {
    case 'flag':
    case 'constant':
      return '';
    case 'number':
      return ` <${unit ?? (spec.share || (spec.min === 0 && spec.max === 1) ? 'share' : 'number')}>`;
    case 'numbers':
      return ' <numbers>';
    case 'names':
      return ' <layers...>';
    case 'choice':
      return ' <name>';
    case 'record':
      return ' <layer=amount...>';
    case 'union':
      return ` <${spec.variants.map(({ label }) => label.toLowerCase()).join('-or-')}>`;
    default:
      return ` <${kebab(key)}>`;
  }
}

/** Parses a typed value of this kind. @throws InvalidArgumentError */
function typedAs(spec: Spec, typed: string, before: unknown): Json {
  switch (spec.kind) {
    case 'constant':
      return spec.value;
    case 'number':
      return numberTyped(spec)(typed);
    case 'numbers':
      return listOf(numberTyped(spec.item))(typed);
    case 'union':
      return typedAsVariant(spec.variants, typed);
    case 'record':
      return { ...(isRecord(before) ? before : {}), ...entryTyped(spec.value, typed) };
    default:
      return typed;
  }
}

const isRecord = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** Returns a number or several where they were typed, otherwise the text. */
function typedAsVariant(variants: readonly Variant[], typed: string): Json {
  const numbers = variants.find(({ spec }) => spec.kind === 'numbers')?.spec;
  if (numbers?.kind === 'numbers' && /^[\d.,\s]+$/.test(typed)) return typedAs(numbers, typed, undefined);
  const number = variants.find(({ spec }) => spec.kind === 'number')?.spec;
  return number?.kind === 'number' && /^[\d.]+$/.test(typed.trim()) ? numberTyped(number)(typed) : typed;
}

/** Parses `conv1=0.5`, or with the kind of the amount, `conv1=threshold:0.02`. @throws InvalidArgumentError */
function entryTyped(spec: Spec, typed: string): JsonObject {
  const cut = typed.lastIndexOf('=');
  const [name, value] = [typed.slice(0, cut), typed.slice(cut + 1)];
  const kinds = spec.kind === 'union' ? spec.variants.map((variant) => variant.name) : [];
  if (cut < 1)
    throw new InvalidArgumentError(
      `It must be LAYER=AMOUNT, such as conv1=0.5${kinds.length > 1 ? ` or conv1=${kinds[1]}:0.02` : ''}.`,
    );
  if (spec.kind !== 'union') return { [name]: typedAs(spec, value, undefined) };
  const colon = value.indexOf(':');
  const kind = colon < 0 ? kinds[0] : value.slice(0, colon);
  const variant = spec.variants.find((one) => one.name === kind)?.spec;
  const [field] = variant?.kind === 'object' ? variant.fields : [];
  if (!field) throw new InvalidArgumentError(`The amount of a layer is one of ${kinds.join(', ')}.`);
  return { [name]: { [field.key]: typedAs(field.spec, value.slice(colon + 1), undefined) } };
}

/**
 * Builds the object that the options describe; options that were not given are left out.
 * @throws UserError where an option is given without the one that it needs
 */
export function objectFrom(flags: readonly Flag[], given: Given): JsonObject {
  const object: JsonObject = {};
  for (const { option, at, needs } of flags) {
    const value = given[option.attributeName()];
    if (value === undefined) continue;
    if (needs && given[needs.attributeName()] === undefined)
      throw new UserError(`The option ${option.long} goes with ${needs.long}: give that too.`);
    // An optional value was left out: the part is present, with its defaults.
    if (value === true && option.optional) setAt(object, at.slice(0, -1), {});
    else setAt(object, at, value as Json);
  }
  return object;
}

function setAt(object: JsonObject, [key, ...rest]: readonly string[], value: Json): void {
  if (key === undefined) return;
  if (rest.length === 0) object[key] = value;
  else {
    const inner = object[key];
    const next = isRecord(inner) ? inner : {};
    object[key] = next;
    setAt(next, rest, value);
  }
}
