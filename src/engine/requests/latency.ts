import type { Checkpoint } from '../checkpoint/types';
import { inspect } from '../measure/inspect';
import { measureLatency, timedModel, type Candidate } from '../measure/latency';
import { withInputShape } from '../model/input-shapes';
import type { MakeHandler } from './handler';

/** Answers `latency` for one model, or for two in turns. @throws UserError, CancelledError */
export const latency: MakeHandler<'latency'> =
  (engine) =>
  async ({ model, other, inputShape, options }, { signal, report }) => {
    const { backend } = await engine.info();
    const candidate = async (checkpoint: Checkpoint): Promise<Candidate> => {
      const { name, path, totals } = await inspect(checkpoint, { inputShape });
      return { model: withInputShape(checkpoint, inputShape), figures: timedModel(name, path, totals) };
    };
    const listener = { signal, onProgress: report };
    const figures = await engine.checkpoints.use(
      model,
      async ({ checkpoint }) => {
        const one = await candidate(checkpoint);
        if (other === undefined) return measureLatency([one], options, listener);
        return engine.checkpoints.use(
          other,
          async (second) => measureLatency([one, await candidate(second.checkpoint)], options, listener),
          listener,
        );
      },
      listener,
    );
    return { ...figures, backend };
  };
