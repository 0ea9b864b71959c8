import type { ModelContent, Tensor } from '../../../checkpoint/types';
import { activationGrids, withActivationGrids } from '../../activation-grids';
import { readTopology } from '../description/topology';
import { archivedPlace, isArchive } from '../weights/archive';
import { slotsOf } from '../weights/slots';
import { newTensors } from './new-tensors';
import type { ReplaceEdit } from './replacements';

/**
 * Names the tensors of an edited model as a Keras archive does where the model before was named so: by places, which count the
 * layers of each class and therefore move. Other models stay as they are.
 */
export function archived<M extends ModelContent>(before: M, after: M, edits: readonly ReplaceEdit[]): M {
  const old = [...before.tensors.values()].filter(({ group }) => group !== 'optimizer');
  if (!isArchive(old.map(({ name }) => name))) return after;
  const places = new Map(readTopology(after.modelTopology)!.nodes.map((layer) => [layer.id, layer]));
  const names = new Map<string, string>();
  for (const { node, by } of edits) {
    const made = newTensors(node, by);
    const slots = by.flatMap(({ name }) => slotsOf(places.get([...node.path.slice(0, -1), name].join('/'))!));
    made.forEach(({ name }, i) => names.set(name, slots[i]!.place));
  }
  for (const { id, archive } of readTopology(before.modelTopology)!.nodes) {
    const now = places.get(id)?.archive;
    if (now === undefined || now === archive) continue;
    for (const { name } of old) {
      const place = archivedPlace(name);
      if (place.startsWith(`${archive}/`)) names.set(name, now + place.slice(archive.length));
    }
  }
  const renamed = (name: string): string => names.get(name) ?? name;
  const tensors = new Map(
    [...after.tensors.values()].map((one): [string, Tensor] => [
      renamed(one.name),
      { ...one, name: renamed(one.name) },
    ]),
  );
  const moved = { ...after, tensors };
  const grids = activationGrids(after);
  if (grids.size === 0) return moved;
  const { metadata } = withActivationGrids(moved, new Map([...grids].map(([name, grid]) => [renamed(name), grid])));
  return { ...moved, metadata };
}
