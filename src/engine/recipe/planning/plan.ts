import type { Provenance } from '../../../protocol/model';
import type { PlanBytes, PlanPart, StepPlan } from '../../../protocol/plan';
import { RECIPE_VERSION, type Recipe } from '../../../protocol/recipe';
import { changesModel, type RecipeStep } from '../../../protocol/steps';
import { storageNotes } from '../../checkpoint/storage-notes';
import { sessionPacking } from '../../compress/pack/packing-of';
import type { Session } from '../../checkpoint/store';
import type { Checkpoint, ModelContent } from '../../checkpoint/types';
import { orWhyNot } from '../../why-not';
import { pauseUnless } from '../../pause';
import { readReferenced, type Referenced } from '../referenced';
import { notesBefore } from '../notes';
import { withRunProvenance } from '../provenance';
import { kindOf } from '../steps/kinds';
import type { RunEnvironment } from '../types';
import { measurePlan, measuresQuickly, type Measured } from './metrics';
import { planBytes } from './bytes';
import { packedSizes, withPackedBytes, type PackedSizes } from './packed';
import type { AppliedStep, Outlook, PlanData } from './outlook';

/** A step to plan, with its context. */
export interface PlanRequest {
  readonly step: RecipeStep;
  readonly seed: number;
  /** Start of relative paths in the step; default: the folder of the checkpoint. */
  readonly baseFolder?: string | undefined;
  readonly data: PlanData;
  /** See `PlanContext`. */
  readonly moves?: boolean;
  /** Packs the model before and after in memory too. */
  readonly packed: boolean;
  /** Number of validation examples on which the model is measured. */
  readonly samples: number;
  /** The part of the provenance that names the program; requested once the counts are reported. */
  readonly environment: () => Promise<Pick<RunEnvironment, 'version' | 'backend'>>;
}

/** Hears a plan. */
interface Listener {
  readonly signal: AbortSignal;
  readonly report: (part: PlanPart) => void;
}

/**
 * Plans the step alone on an open checkpoint; nothing is written. Reports the counts as soon as they are known, then the
 * bytes, and returns everything with the metrics.
 * @throws UserError where the step does not fit the model, CancelledError
 */
export async function planStep(
  session: Session,
  { step, seed, baseFolder, data, moves = false, packed, samples, environment }: PlanRequest,
  { signal, report }: Listener,
): Promise<StepPlan> {
  const { checkpoint } = session;
  const kind = kindOf(step);
  kind.validate?.recipe?.(step, `The ${step.step} step`, [step]);
  const recipe: Recipe = { recipeVersion: RECIPE_VERSION, checkpoint: checkpoint.path, seed, steps: [step] };
  const referenced = await readReferenced(recipe, baseFolder ?? checkpoint.folder);
  const onProgress = (progress: (PlanPart & { part: 'progress' })['progress']): void => {
    report({ part: 'progress', progress });
  };
  // Threads pack while files are measured, but not while a network runs or a threshold moves, for which a person waits.
  const packsEarly = packed && !data.chosen && !moves;
  if (packsEarly) void sessionPacking(session, signal).catch(() => undefined);
  const outlook = await kind.plan({ session, referenced, seed, data, moves, signal, onProgress }, step);
  report({ part: 'counts', counts: outlook.counts });
  await pauseUnless(signal);
  const done = await outlook.apply?.();
  const removals = done?.removal?.difference ? [{ after: `step 1, ${step.step}`, ...done.removal.difference }] : [];
  const written = done && stamped(done.model, { recipe, referenced, session }, await environment(), removals);
  const { kind: planned, start, untrained, counts } = outlook;
  const after = changesModel(step) ? (written ?? untrained ?? 'unknown') : 'same';
  const names = untrained && counts.layers.map(({ name }) => name);
  const pack = (): Promise<PackedSizes> => packedSizes(session, { start, after }, signal);
  const packing = packsEarly ? pack() : undefined;
  packing?.catch(() => undefined);
  const sized = async (): Promise<PlanBytes> => {
    const found = await planBytes(session, { kind: planned, start, after, parts: done?.parts, names }, signal);
    report({ part: 'bytes', bytes: found });
    return found;
  };
  const measured = () => metricsOf(session, data, measuredOf(step, outlook, done), { samples, signal, onProgress });
  // A long measurement waits: it would keep this thread from hearing that the files are compressed.
  const [bytes, metrics] = measuresQuickly(session)
    ? await bothOf(sized(), measured())
    : [await sized(), await measured()];
  const sizes = packed ? withPackedBytes(bytes, await (packing ?? pack())) : bytes;
  const notes = [
    ...(changesModel(step) ? notesBefore({ ...begun(outlook, checkpoint), recipe }) : []),
    ...(outlook.notes ?? []),
    ...(done ? storageNotes(checkpoint, done.model) : []),
  ];
  return {
    kind: outlook.kind,
    counts: done?.counts ?? outlook.counts,
    bytes: sizes,
    ...(typeof metrics === 'string' ? { metrics: null, noAccuracy: metrics } : { metrics }),
    ...(notes.length === 0 ? {} : { notes }),
    ...done?.removal,
  };
}

/** Waits for both, also where one fails: until its end, either uses the checkpoint. */
async function bothOf<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/** The model at the start of the step, and its checkpoint. */
const begun = ({ start }: Outlook, checkpoint: Checkpoint) =>
  start ? { parent: null, start } : { parent: checkpoint, start: checkpoint };

/** Returns the model with the provenance that a run without data would write. */
const stamped = (
  model: ModelContent,
  { recipe, referenced, session }: { recipe: Recipe; referenced: Referenced; session: Session },
  environment: Pick<RunEnvironment, 'version' | 'backend'>,
  removals: NonNullable<Provenance['removals']>,
): ModelContent =>
  withRunProvenance(
    model,
    { recipe, referenced, parent: session.checkpoint, opened: null, data: null },
    environment,
    [],
    removals,
  );

function measuredOf(step: RecipeStep, { kind, start }: Outlook, done: AppliedStep | undefined): Measured | string {
  if (start) return 'the network is random until it is trained';
  if (!changesModel(step)) return { kind: 'same' };
  return done
    ? { kind: kind === 'channels' || kind === 'layers' ? 'smaller' : 'weights', model: done.model }
    : { kind: 'none' };
}

/** Returns metrics before and after; a sentence where there is no data, or the model cannot be evaluated on it. */
async function metricsOf(
  session: Session,
  data: PlanData,
  measured: Measured | string,
  options: Parameters<typeof measurePlan>[3],
): Promise<StepPlan['metrics'] | string> {
  if (typeof measured === 'string') return measured;
  const dataset = await data.fitted();
  return typeof dataset === 'string' ? dataset : orWhyNot(() => measurePlan(session, dataset, measured, options));
}
