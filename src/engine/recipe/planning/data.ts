import { NO_DATASET, needsDataset } from '../../../protocol/dataset';
import { UserError } from '../../../protocol/errors';
import type { Dataset, OpenData } from '../../dataset/open-data';
import { orWhyNot } from '../../why-not';
import type { PlanData } from './outlook';

/**
 * Opens and fits the data of a plan once, at the first request.
 * @param open undefined where no dataset was chosen
 */
export function planData(
  open: (() => Promise<OpenData>) | undefined,
  fit: (data: OpenData) => Promise<Dataset>,
): PlanData {
  let opening: Promise<OpenData | string> | undefined;
  let fitting: Promise<Dataset | string> | undefined;
  const opened = () => (opening ??= open ? orWhyNot(open) : Promise.resolve(NO_DATASET));
  const fitted = () =>
    (fitting ??= opened().then((data) => (typeof data === 'string' ? data : orWhyNot(() => fit(data)))));
  return {
    chosen: open !== undefined,
    opened,
    fitted,
    needed: async (who) => {
      const data = await fitted();
      if (typeof data === 'string') throw new UserError(open ? data : needsDataset(who));
      return data;
    },
  };
}
