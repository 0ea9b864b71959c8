import { weightSwapOf } from '../model/weight-swap';
import type { MakeHandler } from './handler';

/** Answers `ends`. @throws UserError where the model cannot run */
export const ends: MakeHandler<'ends'> =
  (engine) =>
  ({ model }) =>
    engine.checkpoints.use(model, async (session) => {
      const swap = await weightSwapOf(session);
      return swap.exclusively(({ inputs, outputs }) =>
        Promise.resolve({ inputs: inputs.map(({ name }) => name), outputs: outputs.map(({ name }) => name) }),
      );
    });
