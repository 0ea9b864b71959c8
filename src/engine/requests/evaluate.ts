import { evaluated } from '../measure/evaluated';
import { fitted } from './fitted';
import type { MakeHandler } from './handler';

/** Answers `evaluate`. @throws UserError, CancelledError */
export const evaluate: MakeHandler<'evaluate'> =
  (engine) =>
  ({ model, data, split, samples }, { signal, report }) => {
    const listener = { signal, onProgress: report };
    return engine.checkpoints.use(
      model,
      async (session) => {
        const opened = await engine.openData(data, '/', { download: true, ...listener });
        const dataset = await fitted(session, opened, listener);
        return evaluated(session.checkpoint, dataset, { split, samples, ...listener });
      },
      listener,
    );
  };
