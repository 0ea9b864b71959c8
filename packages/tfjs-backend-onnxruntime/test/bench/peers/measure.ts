import { ScriptError } from '../../tools/run-main';
import { median } from '../../../testing/bench-line';
import { OURS, PYTORCH } from './contenders';
import { type Examples, type Manner, type NetworkFigures, Prepared, Timed } from './orders';
import type { Peer } from './peer';
import { PRODUCT_FLOPS } from './peak';

export type Job = 'training' | 'evaluation';

/** The speed of one contender at one job. */
export interface Speed {
  readonly network: string;
  readonly job: Job;
  readonly threads: number;
  readonly who: string;
  /** Examples a second in the fastest step, and in the median one. */
  readonly fastest: number;
  readonly median: number;
  /** The median of each round. Contenders of one round run within seconds. */
  readonly rounds: readonly number[];
  /** The fastest step as a share of the Gemm peak of the processor, by the arithmetic that the network needs. */
  readonly share: number;
}

const ROUNDS = 9;
const SLICE_MS = 200;
const PEAK_MS = 100;
/** A training step computes the result, the gradient of the input and that of the weights: three times the forward work. */
const FLOPS_PER_MAC = { training: 6, evaluation: 2 } as const;

interface Series {
  readonly peer: Peer;
  readonly job: Job;
  readonly manner: Manner;
  readonly who: string;
  readonly times: Timed[];
}

/** Measures one network on all contenders alternately, so that a busy machine slows all of them alike. */
export async function measureNetwork(
  peers: readonly Peer[],
  network: NetworkFigures,
  examples: Examples,
  threads: number,
): Promise<{ speeds: Speed[]; notes: string[] }> {
  const notes: string[] = [];
  for (const peer of peers) {
    const { parameters, chosen } = await peer.ask({ task: 'prepare', network, examples }, Prepared);
    if (parameters !== network.parameters)
      throw new ScriptError(`${peer.name} has ${parameters} parameters in ${network.name}, not ${network.parameters}.`);
    notes.push(`${network.name}, ${threads} threads, ${peer.name}: ${chosen}`);
  }
  const series = peers.flatMap(seriesOf);
  let peak = 0;
  for (let round = 0; round < ROUNDS; round++) {
    peak = Math.max(peak, await measurePeak(peers[0]!));
    for (const { peer, job, manner, times } of round % 2 === 0 ? series : [...series].reverse()) {
      const task = job === 'training' ? 'train' : 'evaluate';
      times.push(await peer.ask({ task, manner, milliseconds: SLICE_MS }, Timed));
    }
  }
  const speeds = series.map(({ job, who, times }): Speed => {
    const all = times.flatMap(({ milliseconds }) => milliseconds);
    const perSecond = (milliseconds: number): number => (1000 * times[0]!.examples) / milliseconds;
    const fastest = perSecond(Math.min(...all));
    const share = (fastest * network.macs * FLOPS_PER_MAC[job]) / peak;
    const rounds = times.map(({ milliseconds }) => perSecond(median(milliseconds)));
    return { network: network.name, job, threads, who, fastest, median: perSecond(median(all)), rounds, share };
  });
  return { speeds, notes };
}

function seriesOf(peer: Peer): Series[] {
  const manners: readonly Manner[] = peer.name === PYTORCH ? ['best', 'tutorial'] : ['best'];
  return (['training', 'evaluation'] as const).flatMap((job) =>
    manners.map((manner) => ({ peer, job, manner, who: nameOf(peer, manner), times: [] })),
  );
}

/** The name of a contender in the table. */
export const nameOf = ({ name }: Pick<Peer, 'name'>, manner: Manner): string =>
  name === PYTORCH ? `${name}, ${manner}` : name;

/** Measures floating-point operations per second in products of large matrices. */
async function measurePeak(ours: Peer): Promise<number> {
  if (ours.name !== OURS) throw new Error('The peak is measured by our own contender.');
  const { milliseconds } = await ours.ask({ task: 'peak', milliseconds: PEAK_MS }, Timed);
  return (1000 * PRODUCT_FLOPS) / Math.min(...milliseconds);
}
