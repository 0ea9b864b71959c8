import type { Progress } from '../../protocol/measure';
import { planData } from '../recipe/planning/data';
import { planStep } from '../recipe/planning/plan';
import { fitted } from './fitted';
import type { MakeHandler } from './handler';

/** Answers `plan`: counts, then bytes, then accuracy of a step. @throws UserError, CancelledError */
export const plan: MakeHandler<'plan'> =
  (engine) =>
  ({ model, data, download, ...asked }, { signal, report }) => {
    const listener = {
      signal,
      onProgress: (progress: Progress): void => {
        report({ part: 'progress', progress });
      },
    };
    return engine.checkpoints.use(
      model,
      (session) => {
        const open = data === undefined ? undefined : () => engine.openData(data, '/', { download, ...listener });
        return planStep(
          session,
          {
            ...asked,
            data: planData(open, (opened) => fitted(session, opened, listener)),
            environment: () => engine.recorded(),
          },
          { signal, report },
        );
      },
      listener,
    );
  };
