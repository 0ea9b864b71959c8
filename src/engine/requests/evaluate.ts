import { evaluated } from '../measure/evaluated';
import { withFitted } from './fitted';
import type { MakeHandler } from './handler';

/** Answers `evaluate`. @throws UserError, CancelledError */
export const evaluate: MakeHandler<'evaluate'> =
  (engine) =>
  ({ model, data, split, samples }, { signal, report }) => {
    const listener = { signal, onProgress: report };
    return withFitted(engine, { model, data }, listener, ({ checkpoint }, dataset) =>
      evaluated(checkpoint, dataset, { split, samples, ...listener }),
    );
  };
