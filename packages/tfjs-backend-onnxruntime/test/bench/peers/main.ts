import { ScriptError } from '../../tools/run-main';
import { formatTable } from '../../../testing/table';
import { withFolder } from '../../../testing/bundle';
import type { BenchLine } from '../../../testing/bench-line';
import { findPeers, type PeerLocations } from './contenders';
import { writeExamples } from './examples';
import { measureNetwork, type Speed } from './measure';
import { Described, type NetworkFigures } from './orders';
import { compareWithPytorch } from './targets';

export interface PeersOptions extends PeerLocations {
  /** The folder with the files of Fashion-MNIST. */
  readonly data: string;
  /** Names of networks; empty for all. */
  readonly networks: readonly string[];
  /** Numbers of threads to measure with. */
  readonly threads: readonly number[];
}

/**
 * Measures training and evaluation of common networks on this backend and on its peers. Prints a table of speeds and
 * the missing peers, and returns the ratios.
 */
export function benchPeers(options: PeersOptions): Promise<BenchLine[]> {
  return withFolder(async (folder) => {
    const { start, leftOut } = await findPeers(options, folder);
    for (const sentence of leftOut) console.log(sentence);
    const speeds: Speed[] = [];
    for (const threads of options.threads) {
      const peers = start(threads);
      try {
        const { networks } = await peers[0]!.ask({ task: 'describe' }, Described);
        for (const network of chosen(networks, options.networks)) {
          const measured = await measureNetwork(peers, network, writeExamples(network, options.data, folder), threads);
          speeds.push(...measured.speeds);
          for (const note of measured.notes) console.log(note);
        }
      } finally {
        for (const peer of peers) peer.dismiss();
      }
    }
    console.log(`\n${formatTable(HEADS, [...speeds].sort(inTableOrder).map(cells))}\n`);
    return compareWithPytorch(speeds);
  });
}

function chosen(all: readonly NetworkFigures[], names: readonly string[]): readonly NetworkFigures[] {
  const unknown = names.find((name) => all.every((network) => network.name !== name));
  if (unknown !== undefined)
    throw new ScriptError(
      `There is no network ${unknown}. Choose from ${all.map(({ name }) => name).join(', ')} for --networks.`,
    );
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

const HEADS = ['network, job', 'threads', 'who', 'fastest, examples/s', 'median, examples/s', 'share of the Gemm peak'];

function cells({ network, job, threads, who, fastest, median, share }: Speed): string[] {
  const speed = (perSecond: number): string => perSecond.toFixed(0);
  return [`${network}, ${job}`, String(threads), who, speed(fastest), speed(median), `${(100 * share).toFixed(0)} %`];
}

const inTableOrder = (a: Speed, b: Speed): number =>
  a.network.localeCompare(b.network) || b.job.localeCompare(a.job) || a.threads - b.threads;
