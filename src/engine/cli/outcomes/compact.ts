import { CompactLayer } from '../../../protocol/compaction';
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
  note: (layer) => {
    const { data } = CompactLayer.pick({ form: true, outputError: true }).safeParse(layer);
    return [
      ...(data?.form === undefined ? [] : [data.form]),
      ...(data?.outputError
        ? [`output error ${percent(data.outputError.before)}, ${percent(data.outputError.after)} once fitted`]
        : []),
    ];
  },
  lines: (result) => {
    const { convolutions, macs, params } = leftOf(result);
    return [
      `left: ${percent(convolutions)} of the MACs of convolutions, ${percent(macs)} of all MACs, ${percent(params)} of the parameters`,
    ];
  },
  fields: (result) => ({ left: leftOf(result) }),
});
