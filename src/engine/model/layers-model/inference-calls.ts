import { Config } from './description/json';
import type { Topology, TopologyLayer } from './description/topology';

/** Settings by which layers draw numbers while they train, with those of the layers that they wrap. */
const DRAWS = /^(recurrent_)?dropout$/;

/** Ops that may hold anything. */
const WRAPPING: ReadonlySet<string> = new Set(['unknown', 'time-distributed']);

/**
 * Finds the layers that are called with `training=False` only, as transfer learning does: `base(x, training=False)`.
 * Keras 2 computes them as at inference while the model trains: batch normalizations use and keep their statistics, and
 * nothing is dropped.
 * @returns names of layers
 */
export function heldAtInference(topology: Topology): ReadonlySet<string> {
  return new Set(topology.nodes.filter((layer) => modesOf(topology, layer) === 'inference').map(({ name }) => name));
}

/**
 * Explains in one sentence why a model cannot be trained: a layer has one call that trains, and another that does not,
 * which TensorFlow.js cannot tell apart. Undefined where there is none.
 */
export function whyNotTrained(topology: Topology): string | undefined {
  const mixed = topology.nodes.find((layer) => dependsOnTraining(layer) && modesOf(topology, layer) === 'both');
  return (
    mixed &&
    `The layer "${mixed.name}" is called with training=False once, and once without, so the model can be evaluated and pruned but not trained: call it in the same way each time, and convert the model again.`
  );
}

function modesOf({ calls }: Topology, { calls: own }: TopologyLayer): 'inference' | 'model' | 'both' {
  const held = own.filter((call) => calls[call]!.inference === true);
  return held.length === 0 ? 'model' : held.length === own.length ? 'inference' : 'both';
}

function dependsOnTraining({ op, config }: TopologyLayer): boolean {
  return op.kind === 'batch-normalization' || op.kind === 'noise' || WRAPPING.has(op.kind) || draws(config);
}

function draws(config: Config): boolean {
  return Object.entries(config).some(([key, value]) => {
    if (DRAWS.test(key)) return value !== 0;
    const inner = Config.safeParse(value);
    return inner.success && draws(inner.data);
  });
}
