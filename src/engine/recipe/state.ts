import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { UserError } from '../../protocol/errors';
import { Provenance } from '../../protocol/model';
import { EpochRecord, StepResult } from '../../protocol/run';
import type { TrainState } from '../train/loop';

/** Where a run keeps what it needs to go on, within its folder. */
export const STATE_FOLDER = 'state';
const STATE_FILE = 'state.json';

const Slot = z.object({
  name: z.string(),
  length: z.number().int().nonnegative(),
  /** Whether the slot has a mask, and a shadow. */
  masked: z.boolean().default(false),
  shadowed: z.boolean().default(false),
});

/** A training step half-way: its epochs so far, and the optimiser as it is, the moments in a file beside. */
const Training = z.object({
  records: z.array(EpochRecord).min(1),
  adam: z.object({ accBeta1: z.number(), accBeta2: z.number() }),
  slots: z.array(Slot),
  /** Moments and shadow of each slot, first moment before second, float32 little-endian; then the masks, a byte for each weight. */
  file: z.string(),
  /** Of the file. */
  sha256: z.string(),
});

/** Where a run stands: everything that decides what it will write. Folders are relative to the run's. */
export const RunState = z.object({
  /** SHA-256 of the recipe as it was read. */
  recipe: z.string(),
  /** SHA-256 of the parent's weights; null for a network trained from random weights. */
  parent: z.string().nullable(),
  /** SHA-256 of the weights of other checkpoints that steps name, in order. */
  named: z.array(z.string()).default([]),
  /** What computed its steps so far. */
  backend: Provenance.shape.backend,
  /** The step in hand, from 0. */
  step: z.number().int().nonnegative(),
  /** The checkpoint with which the step in hand began; null: the recipe's own beginning. */
  start: z.string().nullable(),
  /** While the step in hand trains. */
  training: Training.optional(),
  results: z.array(StepResult),
  accuracies: Provenance.shape.accuracies,
  /** Test accuracies for the result of the run. */
  before: z.number().nullable(),
  afterPrune: z.number().nullable(),
  afterFineTune: z.number().nullable(),
});
export type RunState = z.infer<typeof RunState>;

/** Writes the state; the moments of the optimiser, where there are any, before it and under a name of their own. */
export async function writeState(folder: string, state: RunState, training?: TrainState): Promise<void> {
  const home = path.join(folder, STATE_FOLDER);
  await mkdir(home, { recursive: true });
  const previous = await readStateFile(folder);
  let complete = state;
  if (training) {
    const { slots, ...adam } = training.adam;
    const bytes = Buffer.concat([
      ...slots.flatMap(({ m, v, shadow }) => [m, v, ...(shadow ? [shadow] : [])].map(bytesOf)),
      ...slots.flatMap(({ mask }) => (mask ? [mask] : [])),
    ]);
    const file = `optimizer-${state.step + 1}-${training.records.length}.bin`;
    await writeFileAtomic(path.join(home, file), bytes);
    complete = {
      ...state,
      training: {
        records: training.records,
        adam,
        slots: slots.map(({ name, m, mask, shadow }) => ({
          name,
          length: m.length,
          masked: mask !== undefined,
          shadowed: shadow !== undefined,
        })),
        file,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    };
  }
  await writeFileAtomic(path.join(home, STATE_FILE), JSON.stringify(complete));
  const old = previous?.training?.file;
  if (old !== undefined && old !== complete.training?.file) await rm(path.join(home, old), { force: true });
}

/** The state of an unfinished run, or undefined where there is none. Throws UserError where it is damaged. */
export async function readState(folder: string): Promise<{ state: RunState; training?: TrainState } | undefined> {
  const state = await readStateFile(folder);
  if (!state?.training) return state && { state };
  const { records, adam, slots, file, sha256 } = state.training;
  const bytes = await readFile(path.join(folder, STATE_FOLDER, path.basename(file))).catch((cause: unknown) => {
    throw damaged(folder, cause);
  });
  const floatBytes = slots.reduce((sum, { length, shadowed }) => sum + (shadowed ? 12 : 8) * length, 0);
  const expected = slots.reduce((sum, { length, masked }) => sum + (masked ? length : 0), floatBytes);
  if (bytes.length !== expected || createHash('sha256').update(bytes).digest('hex') !== sha256) throw damaged(folder);
  // A copy of its own, so that every view starts at a multiple of 4.
  const floats = new Float32Array(Uint8Array.from(bytes.subarray(0, floatBytes)).buffer);
  let [at, atMask] = [0, floatBytes];
  const take = (length: number): Float32Array => floats.slice(at, (at += length));
  const takeMask = (length: number): Uint8Array => Uint8Array.from(bytes.subarray(atMask, (atMask += length)));
  return {
    state,
    training: {
      records,
      adam: {
        ...adam,
        slots: slots.map(({ name, length, masked, shadowed }) => ({
          name,
          m: take(length),
          v: take(length),
          ...(shadowed ? { shadow: take(length) } : {}),
          ...(masked ? { mask: takeMask(length) } : {}),
        })),
      },
    },
  };
}

async function readStateFile(folder: string): Promise<RunState | undefined> {
  const file = path.join(folder, STATE_FOLDER, STATE_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return RunState.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged(folder, cause);
  }
}

const damaged = (folder: string, cause?: unknown): UserError =>
  new UserError(
    `The unfinished run in ${folder} cannot go on, because its state is damaged: start again in another folder.`,
    {
      cause,
    },
  );

const bytesOf = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
