import { gzipSync } from 'node:zlib';
import type { Random } from '../../src/engine/dataset/random';

/** One of several values. */
export const pick = <T>(random: Random, values: readonly T[]): T => values[random.below(values.length)]!;

/** True once in `times`. */
const once = (random: Random, times: number): boolean => random.below(times) === 0;

/** Values that programs forget, by kind. */
const NUMBERS = [0, -1, 1, 2, 3, 7, 255, 256, 65_536, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -1e308, 0.5, 1e-320];
const TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '/',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\u001b[31mred',
  '=1+1',
  '\u202ex',
];
/** None that exists outside of the folder in hand: a fault that writes or removes one of them must harm nobody. */
const PATHS = [
  '../victim/kept.bin',
  '..\\victim\\kept.bin',
  '/nowhere/kept.bin',
  'file:///nowhere/kept.bin',
  'a/../../victim/kept.bin',
];

function strange(random: Random): unknown {
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return pick(random, NUMBERS);
    case 3:
      return pick(random, TEXTS);
    case 4:
      return pick(random, PATHS);
    case 5:
      return pick<unknown>(random, [null, true, false, [], {}]);
    case 6:
      return 'a/'.repeat(1 + random.below(20_000));
    case 7:
      return Array.from({ length: random.below(50) }, () => pick(random, NUMBERS));
    default:
      return nested(1 + random.below(random.below(2) ? 30 : 500));
  }
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { config: value };
  return value;
}

/** A place in a JSON value: the container and the key in it. */
interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
}

const isHolder = (value: unknown): value is Place['holder'] => typeof value === 'object' && value !== null;
// Arrays are indexed by text here as objects are.
const valueAt = ({ holder, key }: Place): unknown => (holder as Record<string, unknown>)[key];
const setAt = ({ holder, key }: Place, value: unknown): void => {
  (holder as Record<string, unknown>)[key] = value;
};

function placesOf(root: unknown): Place[] {
  const places: Place[] = [];
  const queue = [root];
  for (let value = queue.pop(); queue.length > 0 || value !== undefined; value = queue.pop()) {
    if (isHolder(value))
      for (const key of Object.keys(value)) {
        places.push({ holder: value, key });
        const inner = valueAt({ holder: value, key });
        if (isHolder(inner)) queue.push(inner);
      }
    if (places.length > 20_000) break;
  }
  return places;
}

function changeOne(root: unknown, random: Random): void {
  const places = placesOf(root);
  if (places.length === 0) return;
  const place = pick(random, places);
  const { holder, key } = place;
  const value = valueAt(place);
  switch (random.below(9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      break;
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(value));
      else holder[`${key}2`] = structuredClone(value);
      break;
    case 2:
      if (typeof value === 'number') setAt(place, value * pick(random, [-1, 2, 0.5, 1000, 1e6]));
      else setAt(place, strange(random));
      break;
    case 3:
      if (typeof value === 'string') setAt(place, pick(random, [...TEXTS, ...PATHS, value + value, value.slice(1)]));
      else setAt(place, strange(random));
      break;
    case 4:
    case 5: {
      // A value from elsewhere in the same text: names that refer to the wrong thing, layers within themselves.
      const other = valueAt(pick(random, places));
      setAt(place, structuredClone(other));
      break;
    }
    case 6:
      if (Array.isArray(value) && value.length > 0) {
        const times = Math.min(2 + random.below(200), Math.ceil(20_000 / value.length));
        setAt(place, Array.from({ length: times }, () => structuredClone<unknown[]>(value)).flat());
      } else setAt(place, strange(random));
      break;
    case 7:
      if (!Array.isArray(holder)) {
        holder[pick(random, TEXTS)] = value;
        Reflect.deleteProperty(holder, key);
      } else holder.reverse();
      break;
    default:
      setAt(place, strange(random));
  }
}

/** A JSON text bent out of shape: usually still JSON of nearly the same structure, now and then cut or overwritten. */
export function mutateJson(text: string, random: Random): string {
  if (once(random, 12)) return mutateBytes(Buffer.from(text), random).toString('latin1');
  if (once(random, 40)) return '['.repeat(1 + random.below(200_000));
  if (once(random, 40)) return deepened(text, 1 + random.below(100_000));
  const root: unknown = JSON.parse(text);
  for (let changes = 1 + random.below(4); changes > 0; changes--) changeOne(root, random);
  return JSON.stringify(root);
}

/** A text whose first object lies as deep within others: as text, since programs that walk values run out of stack. */
const deepened = (text: string, depth: number): string =>
  text.replace(/\{/, `{"config":${'{"config":['.repeat(depth)}0${']}'.repeat(depth)},`);

/** The lines of a text, each of them JSON, one of them changed, doubled or cut. */
export function mutateLines(text: string, random: Random): string {
  const lines = text.split('\n').filter((line) => line !== '');
  const at = random.below(Math.max(1, lines.length));
  const line = lines[at] ?? '{}';
  switch (random.below(5)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(at, 0, ...Array.from({ length: 1 + random.below(2000) }, () => line));
      break;
    case 2:
      lines[at] = line.slice(0, random.below(line.length + 1));
      break;
    default:
      lines[at] = mutateJson(line, random);
  }
  return lines.join('\n') + (once(random, 3) ? '' : '\n');
}

const WORDS = [0, 1, 255, 2049, 2051, 65_536, 0x7fffffff, 0xffffffff, 0x08000000];

/** Bytes with some changed, cut, added, or packed by gzip. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  switch (random.below(7)) {
    case 0:
      return copy.subarray(0, random.below(copy.length + 1));
    case 1:
      return Buffer.concat([copy, Buffer.alloc(random.below(4096), random.below(256))]);
    case 2: {
      // Lengths stand in headers, four bytes each, in either order.
      const at = 4 * random.below(Math.min(8, Math.max(1, Math.floor(copy.length / 4))));
      if (copy.length >= at + 4) {
        if (once(random, 2)) copy.writeUInt32BE(pick(random, WORDS), at);
        else copy.writeUInt32LE(pick(random, WORDS), at);
      }
      return copy;
    }
    case 3:
      return gzipSync(once(random, 4) ? Buffer.concat([copy, Buffer.alloc(64 * 2 ** 20)]) : copy);
    case 4: {
      const packed = gzipSync(copy);
      for (let flips = 1 + random.below(8); flips > 0; flips--) packed[random.below(packed.length)] = random.below(256);
      return packed;
    }
    default:
      for (let flips = 1 + random.below(16); flips > 0 && copy.length > 0; flips--)
        copy[random.below(copy.length)] = pick(random, [0, 255, 127, 128, random.below(256)]);
      return copy;
  }
}
