import { NO_DATASET, type DataReference } from '../../protocol/dataset';
import type { Session } from '../checkpoint/store';
import { sessionPacking } from '../compress/pack/packing-of';
import { compareModels, type Side } from '../measure/compare';
import { evaluated } from '../measure/evaluated';
import { orWhyNot } from '../why-not';
import { fitted } from './fitted';
import type { MakeHandler } from './handler';

/** Answers `compare`. @throws UserError, CancelledError */
export const compare: MakeHandler<'compare'> =
  (engine) =>
  ({ a, b, data, otherData, split, samples, bins, packed }, { signal, report }) => {
    const listener = { signal, onProgress: report };
    const side = async (session: Session, own: DataReference | undefined): Promise<Side> => {
      const { checkpoint } = session;
      const sizes = packed ? { packed: () => sessionPacking(session, signal) } : {};
      const opened = own === undefined ? undefined : await engine.openData(own, '/', { download: true, ...listener });
      // Each model has its own normalization.
      const evaluation = opened
        ? await orWhyNot(async () =>
            evaluated(checkpoint, await fitted(session, opened, listener), { split, samples, ...listener }),
          )
        : NO_DATASET;
      return typeof evaluation === 'string'
        ? { checkpoint, evaluation: null, noAccuracy: evaluation, ...sizes }
        : { checkpoint, evaluation, ...sizes };
    };
    return engine.checkpoints.use(
      a,
      (first) =>
        engine.checkpoints.use(
          b,
          async (second) =>
            compareModels(await side(first, data), await side(second, otherData ?? data), bins, listener),
          listener,
        ),
      listener,
    );
  };
