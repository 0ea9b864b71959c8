import path from 'node:path';
import { normalizationWords, type NormalizationInUse } from '../../protocol/normalization';
import { keptWords } from '../../protocol/kept';
import type { Recipe } from '../../protocol/recipe';
import { freedWords, type RunEvent, type RunResult } from '../../protocol/run';
import { studentWords } from '../../protocol/distillation';
import { epochWords } from '../../protocol/epoch';
import { duration, percent } from '../../protocol/format';
import { topmostMissing } from '../checkpoint/folders';
import type { Begun } from './stopping';
import type { LocalEngine } from './engine';
import type { Terminal } from './terminal';

/** The place in which a command runs a recipe. */
export interface RunPlace {
  out: string;
  /** Start of relative paths in the recipe. */
  baseFolder: string;
  resume?: boolean;
}

/** Runs a recipe and shows its progress on stderr: a bar, and a line per epoch. */
export async function runOnTerminal(
  engine: LocalEngine,
  terminal: Terminal,
  recipe: Recipe,
  place: RunPlace,
): Promise<RunResult> {
  const { out, baseFolder, resume = false } = place;
  const show = (event: RunEvent): void => {
    if (event.kind === 'progress') terminal.progress(event.progress, event.clock);
    else if (event.kind === 'message') terminal.message(event.text);
    else if (event.kind === 'epoch') terminal.message(epochLine(event));
    else if (event.kind === 'step' && event.steps > 1)
      terminal.message(`step ${event.index + 1} of ${event.steps}: ${event.step}`);
  };
  const folder = path.resolve(out);
  const made = await topmostMissing(folder);
  if (made !== undefined) tellSupervisor({ folder, made });
  try {
    const result = await engine.ask('run', { recipe, baseFolder, out: folder, resume }, show);
    const freed = freedWords(result);
    if (freed !== undefined) terminal.message(freed);
    return result;
  } finally {
    tellSupervisor({ folder: null });
  }
}

/** Tells the supervising process which folder to clean if this process is killed; null: none any more. */
function tellSupervisor(begun: Begun | { folder: null }): void {
  process.send?.(begun, undefined, undefined, () => undefined);
}

type EpochEvent = Extract<RunEvent, { kind: 'epoch' }>;

/** `epoch 3 of 9: loss 0.2101, accuracy 92.21% training, 91.20% validation, 90.87% test, sparsity 84.21%, 17 s` */
export function epochLine({ record, epochs, student }: Pick<EpochEvent, 'record' | 'epochs' | 'student'>): string {
  const { epoch, loss, seconds, sparsity } = record;
  return (
    `${student ? `${studentWords(student)}, ` : ''}epoch ${epoch} of ${epochs}: loss ${loss.toFixed(4)}, ${epochWords(record)}, ` +
    `${sparsity === undefined ? '' : `sparsity ${percent(sparsity)}, `}${duration(seconds)}`
  );
}

/** Formats the notes to every measurement: the normalization, and that the data is the sample. */
export const measuringNotes = (sample: boolean, normalization: NormalizationInUse | undefined): string[] => [
  ...(normalization ? [normalizationWords(normalization)] : []),
  ...sampleWarning(sample),
];

/** Formats what the last step left of the work of earlier ones. */
export function keptLines({ steps }: Pick<RunResult, 'steps'>): string[] {
  const words = keptWords(steps);
  return words === undefined ? [] : [words];
}

/** Formats the note to every figure measured on the sample. */
export const sampleWarning = (sample: boolean): string[] =>
  sample ? ['Measured on the small sample of Fashion-MNIST that ships, not on the whole dataset.'] : [];
