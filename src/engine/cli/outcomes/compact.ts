import { percent } from '../../../protocol/format';
import type { RunResult } from '../../../protocol/run';
import { reshapeWith } from './reshape';

function leftOf({ steps }: RunResult): Extract<RunResult['steps'][number], { step: 'compact' }>['left'] {
  const found = steps.find((result) => result.step === 'compact');
  if (!found) throw new Error('the run has no compact step');
  return found.left;
}

/** Formats a run whose command makes convolutions compact. */
export const compact = reshapeWith({
  lines: (result) => {
    const { convolutions, macs, params } = leftOf(result);
    return [
      `left: ${percent(convolutions)} of the MACs of convolutions, ${percent(macs)} of all MACs, ${percent(params)} of the parameters`,
    ];
  },
  fields: (result) => ({ left: leftOf(result) }),
});
