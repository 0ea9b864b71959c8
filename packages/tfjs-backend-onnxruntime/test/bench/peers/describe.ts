import { networks } from '../../../testing/networks';
import { countMacs } from '../../tools/macs';
import type { NetworkFigures } from './orders';

/** The networks of the bench with their figures. */
export function describeNetworks(): NetworkFigures[] {
  return networks.map((network) => {
    const { name, inputShape, target, batch } = network;
    const model = network.build();
    const macs = countMacs(model);
    const parameters = model.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0);
    model.dispose();
    const classes = target.kind === 'classes' ? target.count : null;
    return { name, inputShape: [...inputShape], classes, batch, parameters, macs };
  });
}
