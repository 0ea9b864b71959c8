import path from 'node:path';
import { isPartOfRun, portablePath } from '../../disk/paths';
import type { EarlierWeights } from '../../protocol/panel';

/** Most checkpoints that are offered. */
const MOST = 300;

const EPOCH = /[\\/]epochs[\\/](?:[^\\/]+[\\/]){0,2}epoch-(\d+)[\\/][^\\/]+$/;

/** The folder of the run to which a checkpoint belongs; its own folder where it is no part of one. */
const runOf = (file: string): string => (EPOCH.test(file) ? file.slice(0, file.search(EPOCH)) : path.dirname(file));

/**
 * Lists the checkpoints to which a rewind of a model may go back: epochs of its own run first, in their order, then others
 * by their place. Checkpoints that a run wrote on its way and that are no epochs are left out.
 * @param root the folder from which places are named, absolute
 */
export function earlierWeights(model: string, found: readonly string[], root: string): EarlierWeights[] {
  const run = runOf(model);
  const listed = found
    .filter((file) => file !== model && path.basename(file).endsWith('.json'))
    .filter((file) => EPOCH.test(file) || !isPartOfRun(file))
    .map((file): EarlierWeights => {
      const epoch = EPOCH.exec(file)?.[1];
      return {
        path: file,
        place: portablePath(path.dirname(file), root),
        epoch: epoch === undefined || Number(epoch) < 1 ? null : Number(epoch),
        own: epoch !== undefined && runOf(file) === run,
      };
    });
  const order = (a: EarlierWeights, b: EarlierWeights): number =>
    Number(b.own) - Number(a.own) || a.place.localeCompare(b.place, 'en', { numeric: true });
  return listed.sort(order).slice(0, MOST);
}
