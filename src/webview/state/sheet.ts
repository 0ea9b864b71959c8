import { computed, signal } from '@preact/signals';
import type { WeightSheet } from '../../protocol/measure/sheet';
import { ask } from './host';
import { inspection, selected } from './session';

interface Question {
  readonly layer: string;
  readonly tensor: string | undefined;
  readonly weights: string;
}

const known = signal<{ of: Question; sheet: WeightSheet | null; problem: string | null } | null>(null);

/** The picture of the selected layer; null: not asked for, or on the way. */
export const sheet = computed(() => {
  const now = known.value;
  return now && now.of.layer === selected.value && now.of.weights === inspection.value?.weightsHash ? now : null;
});

/** Asks for the picture of a tensor of the selected layer. */
export async function loadSheet(tensor?: string): Promise<void> {
  const [layer, weights] = [selected.value, inspection.value?.weightsHash];
  if (layer === null || weights === undefined) return;
  const of: Question = { layer, tensor, weights };
  const isOurs = (): boolean => selected.peek() === layer && inspection.peek()?.weightsHash === weights;
  try {
    const answer = await ask('sheet', { layer, ...(tensor === undefined ? {} : { tensor }) });
    if (isOurs()) known.value = { of, sheet: answer, problem: null };
  } catch (error) {
    if (isOurs()) known.value = { of, sheet: null, problem: error instanceof Error ? error.message : String(error) };
  }
}
