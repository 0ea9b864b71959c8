import type * as z from 'zod';
import { columnsOfRole, type DataColumn, type DataDescription } from './data-description';
import { DatasetDescriptor, type DataTask } from './dataset';
import { isObject, type Json, type JsonObject } from './json';
import { TaskName } from './task';

/** All that a descriptor says beside the place of the data. */
export const DataOptions = DatasetDescriptor.omit({ source: true });
export type DataOptions = z.infer<typeof DataOptions>;

/** The options that would say what was recognized without them. */
export function recognizedOptions({ format, task, classes, splits, columns, header }: DataDescription): JsonObject {
  const held = splits.find(({ heldOut }) => heldOut);
  const names = (role: DataColumn['role']): string[] => columnsOfRole(columns ?? [], role);
  const targets = names('target');
  const [image, split, features] = [names('image')[0], names('split')[0], names('feature')];
  return {
    format,
    ...(isTask(task) ? { task } : {}),
    ...(classes.length > 0 ? { classNames: classes } : {}),
    ...(held ? { validationExamples: held.examples, splitSeed: 0 } : {}),
    ...(columns
      ? {
          columns: {
            ...(targets.length > 1 ? { targets } : targets[0] === undefined ? {} : { target: targets[0] }),
            ...(image === undefined ? {} : { image }),
            ...(features.length > 0 ? { features } : {}),
            ...(split === undefined ? {} : { split }),
            ...(header === undefined ? {} : { header }),
          },
        }
      : {}),
  };
}

const isTask = (task: DataTask): task is TaskName => TaskName.safeParse(task).success;

/**
 * The options that say something else than what was recognized without them.
 * @param recognized as `recognizedOptions` gives it; undefined: nothing was recognized
 */
export function differingOptions(options: JsonObject, recognized: JsonObject = {}): JsonObject {
  const differing = Object.entries(options).flatMap(([key, value]): [string, Json][] => {
    const known = recognized[key];
    if (!isObject(value)) return sameJson(value, known) ? [] : [[key, value]];
    // The mean and the standard deviation of a normalization belong together.
    if (key === 'normalization') return [[key, value]];
    const inner = differingOptions(value, isObject(known) ? known : {});
    return Object.keys(inner).length > 0 ? [[key, inner]] : [];
  });
  return Object.fromEntries(differing);
}

/** True if two values say the same; the order of keys does not count. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => sameJson(each, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

/** The columns by their names where the options give their numbers, as a form shows them. */
export function withColumnNames(options: JsonObject, names: readonly string[]): JsonObject {
  const { columns } = options;
  if (!isObject(columns)) return options;
  const named = (value: Json): Json => (typeof value === 'number' ? (names[value - 1] ?? value) : value);
  const entries = Object.entries(columns).map(([key, value]): [string, Json] => [
    key,
    Array.isArray(value) ? value.map(named) : named(value),
  ]);
  return { ...options, columns: Object.fromEntries(entries) };
}
