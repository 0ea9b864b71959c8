import { someAnswers } from '../measure/answers';
import { weightSwapOf } from '../model/weight-swap';
import { pauseUnless } from '../pause';
import { withFitted } from './fitted';
import type { MakeHandler } from './handler';

/** Answers `answers`. @throws UserError, CancelledError */
export const answers: MakeHandler<'answers'> =
  (engine) =>
  ({ model, data, split, output, of }, { signal, report }) => {
    const listener = { signal, onProgress: report };
    return withFitted(engine, { model, data }, listener, async (session, dataset) => {
      const swap = await weightSwapOf(session);
      return swap.exclusively(async (network) => {
        await pauseUnless(signal);
        swap.set(session.checkpoint.tensors);
        return someAnswers(network, dataset.split(split ?? dataset.reported), { output, of, ...listener });
      });
    });
  };
