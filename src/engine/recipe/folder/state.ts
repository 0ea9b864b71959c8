import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Provenance } from '../../../protocol/model';
import { Normalization, NormalizationInUse } from '../../../protocol/normalization';
import { StoredHashes } from '../../../protocol/run';
import { StepResult } from '../../../protocol/steps';
import { StudentTraining } from '../../../protocol/distillation';
import { EpochRecord } from '../../../protocol/epoch';
import { measured, MetricValues } from '../../../protocol/metric';
import { isCompanionName } from '../../checkpoint/companions';
import { isWrittenName } from './layout';
import type { OutputFolder } from '../../folder/output-folder';
import type { TrainState } from '../../train/loop';
import { bytesOfSlots, describeSlot, mostBytes, Slot, slotsOf } from './moments';
import { KEPT_CHECKPOINT, MOMENTS_FILE, STATE_FOLDER } from './layout';

const STATE_FILE = `${STATE_FOLDER}/state.json`;
/** The state before the last one: the run resumes from it where files of the last one are damaged. */
const PREVIOUS_FILE = `${STATE_FOLDER}/previous.json`;

const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);
const KeptName = z.string().regex(KEPT_CHECKPOINT);

/** A training step in progress: its epochs, and the optimizer, whose moments are in a file of their own. */
const Training = z.object({
  records: z
    .array(EpochRecord)
    .min(1)
    .refine((records) => records.every(({ epoch }, i) => epoch === i + 1)),
  adam: z.object({ accBeta1: z.number(), accBeta2: z.number() }),
  slots: z.array(Slot),
  /** Name and SHA-256 of the file of moments, in the state folder. */
  file: z.string().regex(MOMENTS_FILE),
  sha256: SHA256,
});

/** Metrics, or the accuracy of an earlier version; null: not measured. */
const Metrics = z
  .union([MetricValues, z.number().transform((accuracy): MetricValues => [measured('accuracy', accuracy)])])
  .nullable();

/** The state of a run: everything that decides its further output. Folders are relative to the run's. */
export const RunState = z
  .object({
    /** SHA-256 of the recipe as it was read. */
    recipe: SHA256,
    /** SHA-256 of the parent's weights; null for a network trained from random weights. */
    parent: z.string().nullable(),
    /** SHA-256 of the weights of other checkpoints that steps reference, in order. */
    named: z.array(z.string()),
    /** The backend of the steps so far. */
    backend: Provenance.shape.backend,
    /** The normalization that the run chose at its start; absent without data. */
    normalization: NormalizationInUse.extend(Normalization.shape).optional(),
    /** The files that the run adds directly to its folder, beside checkpoints and results. */
    own: z
      .object({
        recipe: z.boolean(),
        companions: z.record(z.string().refine(isCompanionName), SHA256),
        written: z.record(z.string().refine(isWrittenName), SHA256).default({}),
      })
      .default({ recipe: false, companions: {}, written: {} }),
    /** True where checkpoints of epochs are removed that nobody needs. Earlier versions kept all, and those stay. */
    cleans: z.boolean().default(false),
    /** Index of the current step, from 0. */
    step: z.number().int().nonnegative(),
    /** The checkpoint at the start of the current step; null: that of the recipe. */
    start: KeptName.nullable(),
    /** The checkpoints that the run may read again. */
    checkpoints: z.record(KeptName, StoredHashes),
    /** Steps that made values for training to keep, each with the checkpoint at its start; null: that of the recipe. */
    restricted: z.array(z.object({ step: z.number().int().nonnegative(), start: KeptName.nullable() })).default([]),
    /** The best checkpoint so far, in the run's own folder. */
    latest: StoredHashes.optional(),
    /** Present while the current step trains. */
    training: Training.optional(),
    /** The trainings of the current step that have ended, where it trains several times. */
    trainings: z.array(StudentTraining).default([]),
    results: z.array(StepResult),
    accuracies: Provenance.shape.accuracies,
    /** Test metrics for the results of the run. */
    before: Metrics,
    afterPrune: Metrics,
    afterFineTune: Metrics,
  })
  .refine(({ step, results }) => results.length === step)
  .refine(({ step, restricted }) => restricted.every((one) => one.step < step));
export type RunState = z.infer<typeof RunState>;

/** A state that was read from its file. */
export interface ReadState {
  readonly state: RunState;
  readonly training?: TrainState;
}

/**
 * Writes the state, after the moments of the optimizer in a file of their own. The previous state stays beside it, with
 * its moments.
 */
export async function writeState(folder: OutputFolder, state: RunState, training?: TrainState): Promise<void> {
  let complete = state;
  if (training) {
    const { slots, ...adam } = training.adam;
    const bytes = bytesOfSlots(slots);
    const file = `optimizer-${state.step + 1}-${training.records.length}.bin`;
    await folder.write(`${STATE_FOLDER}/${file}`, bytes);
    complete = {
      ...state,
      training: {
        records: training.records,
        adam,
        slots: slots.map(describeSlot),
        file,
        sha256: sha256(bytes),
      },
    };
  }
  const last = await folder.text(STATE_FILE);
  const before = last === undefined ? undefined : parsed(last);
  if (last !== undefined && before) await folder.write(PREVIOUS_FILE, last);
  await folder.write(STATE_FILE, sealed(complete));
  const used = [complete, before].map((kept) => kept?.training?.file);
  for (const name of await folder.names(STATE_FOLDER))
    if (MOMENTS_FILE.test(name) && !used.includes(name)) await folder.remove(`${STATE_FOLDER}/${name}`);
}

/** Lists the run's own files in the state that lies in the folder; all else in it stays. */
export async function writeOwn(folder: OutputFolder, own: RunState['own']): Promise<void> {
  const text = await folder.text(STATE_FILE);
  const state = text === undefined ? undefined : parsed(text);
  if (state) await folder.write(STATE_FILE, sealed({ ...state, own }));
}

/** Reads the states of a run, the last first: `damaged` for one that has changed. Empty where there is none. */
export async function readStates(folder: OutputFolder): Promise<(ReadState | 'damaged')[]> {
  const texts = [await folder.text(STATE_FILE), await folder.text(PREVIOUS_FILE)];
  const states = texts.map(async (text) => {
    if (text === undefined) return [];
    const state = parsed(text);
    return [state ? ((await withMoments(folder, state)) ?? 'damaged') : 'damaged'] as const;
  });
  return (await Promise.all(states)).flat();
}

/** Makes an earlier state the last one, so that the run goes on from it. */
export const restoreState = (folder: OutputFolder, { state }: ReadState): Promise<void> =>
  folder.write(STATE_FILE, sealed(state));

/** Reads the moments of a state; undefined where they have changed. @throws UserError where their file is a link */
async function withMoments(folder: OutputFolder, state: RunState): Promise<ReadState | undefined> {
  if (!state.training) return { state };
  const { records, adam, slots, file, sha256: expected } = state.training;
  const bytes = await folder.read(`${STATE_FOLDER}/${file}`, mostBytes(slots));
  if (!bytes || sha256(bytes) !== expected) return undefined;
  const read = slotsOf(slots, bytes);
  return read && { state, training: { records, adam: { ...adam, slots: read } } };
}

/** Formats a state with the SHA-256 of the rest in front. */
function sealed(state: RunState): string {
  const text = JSON.stringify(state);
  return `{"sha256":"${sha256(text)}",${text.slice(1)}`;
}

/** Parses a state; undefined where its SHA-256 does not match. */
function parsed(text: string): RunState | undefined {
  const [head, seal] = /^\{"sha256":"([0-9a-f]{64})",/.exec(text) ?? [];
  if (head === undefined || sha256(`{${text.slice(head.length)}`) !== seal) return undefined;
  try {
    return RunState.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
