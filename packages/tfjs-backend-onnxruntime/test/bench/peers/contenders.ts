import { computingEnvironment, LARGE_PAGES } from '../../tools/environment';
import { inPackage } from '../../tools/paths';
import { run } from '../../tools/run';
import { bundle } from '../../../testing/bundle';
import { Peer } from './peer';

/** The locations of the peers. */
export interface PeerLocations {
  /** A Python with torch. */
  readonly python: string;
  /** The folder of tfjs-node, if it is installed. */
  readonly tensorflowNode: string | undefined;
}

/** Starts the contenders, each with a number of threads. */
export type StartPeers = (threads: number) => Peer[];

export const OURS = 'our backend';
export const PYTORCH = 'PyTorch';
export const TENSORFLOW_NODE = 'tfjs-node';

/**
 * Finds the peers and builds our own contender into `folder`.
 *
 * @returns a function that starts them, ours first, and one sentence about each missing peer
 */
export async function findPeers(
  locations: PeerLocations,
  folder: string,
): Promise<{ start: StartPeers; leftOut: string[] }> {
  const script = await bundle(inPackage('test', 'bench', 'peers', 'tfjs.ts'), folder);
  const { python, tensorflowNode } = locations;
  const leftOut: string[] = [];
  const starts = [
    (threads: number) => new Peer(OURS, process.execPath, [script, String(threads)], computingEnvironment()),
  ];
  // All contenders get large pages. The other setting of the editor suits our backend and makes PyTorch slower.
  const environment = { ...LARGE_PAGES, ...process.env };
  if (await succeeds(python, ['-c', 'import torch, numpy'])) {
    const program = inPackage('test', 'bench', 'peers', 'pytorch.py');
    starts.push((threads) => new Peer(PYTORCH, python, [program, String(threads)], environment));
  } else {
    leftOut.push(`PyTorch is left out: ${python} has no torch with numpy. Name another Python with --python.`);
  }
  if (tensorflowNode === undefined) {
    leftOut.push('tfjs-node is left out. Name its folder with --tfjs-node.');
  } else {
    const inFolder = (threads: number): string[] => [script, String(threads), tensorflowNode];
    starts.push((threads) => new Peer(TENSORFLOW_NODE, process.execPath, inFolder(threads), environment));
  }
  return { start: (threads) => starts.map((startOne) => startOne(threads)), leftOut };
}

const succeeds = (command: string, args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );
