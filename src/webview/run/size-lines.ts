import { change } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import type { RunResult } from '../../protocol/run';
import { stepDefinition } from '../../protocol/steps';
import type { LayerSizes, RunSizes, WeightSizes } from '../../protocol/weight-sizes';

/** Bytes of the weights of a layer. */
export interface LayerLine {
  readonly name: string;
  /** Bytes in the files before the run; null where it made the layer. */
  readonly before: number | null;
  /** Bytes in the files after it, ideally, and in the packed file or else ideally. */
  readonly files: number;
  readonly ideal: number;
  readonly best: number;
}

const bestOf = ({ idealBits }: Pick<WeightSizes, 'idealBits'>): number => Math.ceil(idealBits / 8);

/** @param packed layers of the packed file, if it was written or measured */
export function layerLines(
  sizes: readonly LayerSizes[],
  packed: readonly { readonly name: string; readonly packedBits: number }[],
): LayerLine[] {
  const bits = new Map(packed.map(({ name, packedBits }) => [name, packedBits]));
  return sizes.map(({ name, before, after }) => {
    const own = bits.get(name);
    return {
      name,
      before: before && before.bytes,
      files: after.bytes,
      ideal: bestOf(after),
      best: own === undefined ? bestOf(after) : Math.ceil(own / 8),
    };
  });
}

/** Bytes of all weights before a run or after a step of it. */
export interface StepLine {
  readonly title: string;
  readonly files: number;
  readonly best: number;
  /** The change of the ideal bytes by this step, in words. */
  readonly saved: string;
}

/** Lists the sizes before a run, and after each of its steps that changed the weights. */
export function stepLines({ before }: Pick<RunSizes, 'before'>, steps: RunResult['steps']): StepLine[] {
  const lines: StepLine[] = before
    ? [{ title: t('Before'), files: before.bytes, best: bestOf(before), saved: '' }]
    : [];
  for (const { step, weightSizes } of steps) {
    if (!weightSizes) continue;
    const last = lines.at(-1);
    const best = bestOf(weightSizes);
    lines.push({
      title: translated(stepDefinition(step).words.title),
      files: weightSizes.bytes,
      best,
      saved: last ? change(last.best, best) : '',
    });
  }
  return lines;
}
