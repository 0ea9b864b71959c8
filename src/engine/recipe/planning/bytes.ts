import type { WeightEntry } from '../../../protocol/checkpoint';
import type { PlanBytes, StepPlan } from '../../../protocol/plan';
import { storedBytes } from '../../checkpoint/dtype';
import { encodeForSizes } from '../../checkpoint/encode';
import { plannedSizes, sessionSizes, type FileSizes } from '../../checkpoint/sizes';
import type { Session } from '../../checkpoint/store';
import type { ModelContent } from '../../checkpoint/types';
import { countNonzero } from '../../measure/inspect';
import { readGraph } from '../../model/graph';

/** The models whose bytes are counted. */
export interface Sized {
  readonly kind: StepPlan['kind'];
  /** The model at the start of the step, where that is not the checkpoint of the session. */
  readonly start?: ModelContent | undefined;
  /** The model that the step would write; `unknown`: only the run finds it; `same`: it writes no model. */
  readonly after: ModelContent | 'unknown' | 'same';
  /** For each layer before, the indices of the layers in its place; by default its own. */
  readonly parts?: readonly (readonly number[])[] | undefined;
  /** The layers of both models by name, where another model takes the place of the first. */
  readonly names?: readonly string[] | undefined;
}

/** A model with the values of its files. */
interface Stored {
  /** Bytes of each layer. */
  readonly layers: readonly number[];
  readonly model: ModelContent;
  files(): Promise<FileSizes>;
}

/** Counts the bytes of files and layers before and after a step. @throws UserError, CancelledError */
export async function planBytes(
  session: Session,
  { kind, start, after, parts, names }: Sized,
  signal: AbortSignal,
): Promise<PlanBytes> {
  const now = start ? asWritten(start, kind, signal) : onDisk(session, kind, signal);
  const then = after === 'same' ? now : after === 'unknown' ? null : asWritten(after, kind, signal);
  // The new files come first: a person waits for them while the threshold is dragged.
  const planned = then && (await then.files());
  return {
    before: sizes(await now.files()),
    after: planned && sizes(planned),
    layers:
      names?.map(sidesOf(now, then)) ??
      now.layers.map((before, i) => {
        const places = parts?.[i] ?? [i];
        return { before, after: then && places.reduce((sum, place) => sum + then.layers[place]!, 0) };
      }),
  };
}

/** Returns the bytes of a layer in two models by its name; 0 where a model does not have it. */
function sidesOf(now: Stored, then: Stored | null) {
  const [before, after] = [now, then].map(
    (stored) => stored && new Map(readGraph(stored.model).layers.map(({ name }, i) => [name, stored.layers[i]!])),
  );
  return (name: string): PlanBytes['layers'][number] => ({
    before: before?.get(name) ?? 0,
    after: after ? (after.get(name) ?? 0) : null,
  });
}

const sizes = ({ bytes, gzipBytes, estimated }: FileSizes): PlanBytes['before'] => ({
  ...{ bytes, gzipBytes },
  ...(estimated ? { estimated } : {}),
});

function asWritten(model: ModelContent, kind: StepPlan['kind'], signal: AbortSignal): Stored {
  const encoded = encodeForSizes(model);
  return {
    model,
    layers: layerBytes(model, encoded.entries, kind),
    files: () => plannedSizes(model, { signal, estimate: true }, encoded),
  };
}

function onDisk(session: Session, kind: StepPlan['kind'], signal: AbortSignal): Stored {
  const { checkpoint } = session;
  const entries = checkpoint.json.weightsManifest.flatMap(({ weights }) => weights);
  return {
    model: checkpoint,
    layers: layerBytes(checkpoint, entries, kind),
    files: () => sessionSizes(session, signal),
  };
}

/** Counts the bytes of each layer's weights: all of them where channels are removed or layers replaced, else the nonzero ones. */
function layerBytes(model: ModelContent, entries: readonly WeightEntry[], kind: StepPlan['kind']): number[] {
  const stored = new Map(entries.map((entry) => [entry.name, storedBytes(entry)]));
  return readGraph(model).layers.map(({ tensors }) =>
    tensors.reduce((sum, { tensor, params }) => {
      const bytes = stored.get(tensor.name) ?? 0;
      return (
        sum +
        (kind === 'channels' || kind === 'layers' || params === 0
          ? bytes
          : Math.round((bytes / params) * countNonzero(tensor)))
      );
    }, 0),
  );
}
