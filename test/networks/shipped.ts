import { createArchitecture, INPUT_SHAPE } from '../../src/engine/model/architectures';
import { Architecture } from '../../src/protocol/steps/train';
import type { Network } from './network';

/** The architectures that ship with the engine. */
export const shippedNetworks: readonly Network[] = Architecture.options.map((name) => ({
  name,
  inputShape: INPUT_SHAPE,
  target: { kind: 'classes', count: 10 },
  batch: 100,
  build: () => createArchitecture(name, 1),
}));
