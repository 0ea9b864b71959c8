import { computed, signal } from '@preact/signals';
import type { ModelTopology } from '../../protocol/topology';
import { blocksOf } from '../graph/blocks';
import { ask } from './host';
import { inspection } from './session';

const known = signal<{ of: string; topology: ModelTopology } | null>(null);

/** The reason why the connections are not known, as one sentence. */
export const topologyProblem = signal<string | null>(null);

/** The connections of the model; null: not asked for, or on the way. */
export const topology = computed<ModelTopology | null>(() => {
  const of = inspection.value?.weightsHash;
  return of !== undefined && known.value?.of === of ? known.value.topology : null;
});

/** Its nodes in blocks. */
export const blocks = computed(() => (topology.value ? blocksOf(topology.value.nodes) : []));

let asking: string | undefined;

/** Asks for the connections, once for each state of the files. */
export async function loadTopology(): Promise<void> {
  const of = inspection.value?.weightsHash;
  if (of === undefined || known.peek()?.of === of || asking === of) return;
  asking = of;
  topologyProblem.value = null;
  try {
    known.value = { of, topology: await ask('topology', {}) };
  } catch (error) {
    topologyProblem.value = error instanceof Error ? error.message : String(error);
  } finally {
    asking = undefined;
  }
}
