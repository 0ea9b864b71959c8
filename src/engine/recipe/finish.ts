import { changesModel, compresses } from '../../protocol/steps';
import { inputShapeOf } from './input-shape';
import path from 'node:path';
import { backendWords, LayerFigures } from '../../protocol/model';
import { NO_DATASET } from '../../protocol/dataset';
import { runMetrics, type RunResult, type StoredHashes } from '../../protocol/run';
import type { Checkpoint } from '../checkpoint/types';
import type { OutputFolder } from '../folder/output-folder';
import { packingOf } from '../compress/pack/packing-of';
import { inspect, type InspectOptions } from '../measure/inspect';
import { runSizes } from '../measure/weight-sizes';
import type { RunFolder } from './folder/run-folder';
import { cleanEpochs, freeable } from './clean-epochs';
import { notesAfter } from './notes';
import { hasOnnx, writeOnnx } from './onnx';
import { checkOutcome } from './outcome';
import { modelJsonOf, writeStored } from './folder/stored';
import { progressTo, type Listener, type Prepared } from './types';
import { stamped, type RunContext } from './run-context';

/**
 * Writes the final checkpoint, reads it back, and writes the results: every figure is of the files. Where they differ
 * from the results of the steps, nothing is left that says that the run is finished.
 * @throws UserError
 */
export async function finish(context: RunContext, folder: RunFolder): Promise<RunResult> {
  const { state, prepared, environment } = context;
  const { parent, recipe } = prepared;
  progressTo(context.listener)({ stage: 'writing the result', done: 0, total: 0, unit: '', rate: 0, secondsLeft: 0 });
  try {
    const { checkpoint, hashes } = await outcomeOf(context);
    const sizes = { inputShape: inputShapeOf(recipe.steps), estimate: true };
    const after = await inspect(checkpoint, { ...sizes, ...packedToo(checkpoint) });
    // The weights that were read back have the hash of those that were written, see `writeStored`.
    checkOutcome(context, checkpoint, after, hashes !== undefined);
    const onnx = hasOnnx(checkpoint) ? await writeOnnx(context, checkpoint) : undefined;
    const seconds = await folder.seconds();
    const notes = [
      ...notesAfter(prepared, context.model, state.results),
      ...(onnx && 'whyNot' in onnx ? [onnx.whyNot] : []),
    ];
    const noAccuracy = prepared.data ? undefined : (prepared.noAccuracy ?? NO_DATASET);
    const freed = await freeable(context);
    const result: RunResult = {
      out: outOf(folder.output, prepared),
      folder: folder.given,
      steps: state.results,
      before: parent && (await inspect(parent, { ...sizes, ...packedToo(parent) })).totals,
      after: after.totals,
      ...runMetrics({
        before: recipe.steps.some(compresses) ? state.before : null,
        afterPrune: state.afterPrune,
        afterFineTune: state.afterFineTune,
        ...(prepared.data && prepared.data.reported !== 'test' ? { split: prepared.data.reported } : {}),
      }),
      sampleData: prepared.data?.info.sample ?? false,
      ...(prepared.data ? { normalization: prepared.data.normalization } : {}),
      ...(noAccuracy === undefined ? {} : { noAccuracy }),
      ...(notes.length === 0 ? {} : { notes }),
      ...(after.advice ? { advice: after.advice } : {}),
      layers: after.layers.map((layer) => LayerFigures.parse(layer)),
      sizes: runSizes(parent, checkpoint),
      ...(seconds === undefined ? {} : { seconds }),
      finished: new Date().toISOString(),
      ...(hashes ? { written: hashes } : {}),
      ...(freed ? { freed } : {}),
      ...(onnx && 'figures' in onnx && onnx.figures ? { onnx: onnx.figures } : {}),
    };
    await folder.finish(result, backendWords(environment.backend));
    return result;
  } catch (error) {
    await folder.takeBack(state.own).catch(() => undefined);
    throw error;
  }
}

/** Most bytes of a checkpoint that is packed only to report the size: that takes about two seconds. */
const PACKED_MOST = 12 * 1024 * 1024;

/** Measures the packed size of a small model too. */
function packedToo(checkpoint: Checkpoint): Pick<InspectOptions, 'packed'> {
  const bytes = checkpoint.files.reduce((sum, file) => sum + file.bytes, 0);
  return bytes > PACKED_MOST ? {} : { packed: () => packingOf(checkpoint) };
}

/** Returns the final checkpoint as read from its files; the first one where no step changes it. */
async function outcomeOf(context: RunContext): Promise<{ checkpoint: Checkpoint; hashes?: StoredHashes }> {
  const { folder, state, prepared, model } = context;
  if (prepared.recipe.steps.some(changesModel))
    return writeStored(folder, '', stamped(context, model, state.accuracies));
  if (!prepared.parent) throw new Error('a recipe without a checkpoint has no step that changes it');
  return { checkpoint: prepared.parent };
}

/** Returns the path of the final model.json. */
const outOf = (folder: OutputFolder, { recipe, parent }: Pick<Prepared, 'recipe' | 'parent'>): string =>
  parent && !recipe.steps.some(changesModel) ? parent.path : path.join(folder.given, modelJsonOf(''));

/**
 * Returns the results of a run that was finished before; its folder may have moved since. Removes epochs that it would have
 * removed, had it not been killed.
 */
export async function finishedBefore(
  folder: OutputFolder,
  read: Pick<Prepared, 'recipe' | 'parent'>,
  result: RunResult,
  listener: Listener,
): Promise<RunResult> {
  const out = folder.given;
  await cleanEpochs(folder, read.recipe, result);
  listener.report({ kind: 'message', text: `The run in ${out} was finished before: nothing is left to do.` });
  return { ...result, out: outOf(folder, read), folder: out };
}
