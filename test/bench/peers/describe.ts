import { inferFigures } from '../../../src/engine/model/shapes';
import { readTopology } from '../../../src/engine/model/topology';
import { networks } from '../../networks';
import type { NetworkFigures } from './orders';

/** The networks of the bench with their figures. */
export function describeNetworks(): NetworkFigures[] {
  return networks.map((network) => {
    const { name, inputShape, target, batch } = network;
    const model = network.build();
    const topology: unknown = JSON.parse(JSON.stringify(model.toJSON(null, false)));
    const read = readTopology(topology as Record<string, unknown>);
    if (read === null) throw new Error(`The topology of ${name} cannot be read.`);
    const macs = [...inferFigures(read).values()].reduce((sum, layer) => sum + (layer.macs ?? 0), 0);
    const parameters = model.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0);
    model.dispose();
    const classes = target.kind === 'classes' ? target.count : null;
    return { name, inputShape: [...inputShape], classes, batch, parameters, macs };
  });
}
