import { UserError } from '../../protocol/errors';
import type { Taker } from '../dataset/open-data';
import { teachableMachine } from '../measure/normalization/beside';
import { knownNormalization } from '../measure/normalization/fit';
import { readGraph } from '../model/graph';
import type { Engine } from './engine';
import type { MakeHandler } from './handler';

/** Answers `examples`. @throws UserError, CancelledError */
export const examples: MakeHandler<'examples'> =
  (engine) =>
  async ({ data, split, count, model }, { signal }) => {
    const opened = await engine.openData(data, '/', { download: false, signal });
    return opened.some(split, count, model === undefined ? {} : await takerOf(engine, model), signal);
  };

/** Tells how a model takes pictures; nothing where it cannot be read, which other requests report. */
async function takerOf(engine: Engine, model: string): Promise<Taker> {
  try {
    return await engine.checkpoints.use(model, ({ checkpoint }) => {
      const [input, ...others] = readGraph(checkpoint).inputs;
      // The names of arrays decide which of several inputs takes pictures.
      if (!input || others.length > 0) return Promise.resolve({});
      const usual = teachableMachine(checkpoint)?.preprocess;
      return Promise.resolve({ input, usual, normalization: knownNormalization(checkpoint) });
    });
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}
