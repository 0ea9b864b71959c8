import { ClusterStep } from '../../../protocol/steps/cluster';
import type { ModelContent } from '../../checkpoint/types';
import { clustered } from '../../compress/restrict/cluster';
import { kernelsOf, whyNotRestricted } from '../../compress/restrict/restrict';
import { readGraph } from '../../model/graph';
import type { AdviceMethod, Family, LayerTrials } from './method';
import { PACK } from './training';
import { othersThan, trialsOf } from './values';

const stepOf = (clusters: number, protect: readonly string[] = []): ClusterStep =>
  ClusterStep.parse({ step: 'cluster', clusters, protect });

function open(model: ModelContent): LayerTrials {
  const valued = readGraph(model).layers.map((layer) => {
    const reason = whyNotRestricted(layer);
    return { layer, kernels: reason === undefined ? kernelsOf(layer) : [], reason };
  });
  return trialsOf(valued, (layer, bits) => clustered(model, stepOf(2 ** bits, othersThan(model, layer))).model);
}

/** An index into so many values takes a bit less each time. */
const shared: Family = {
  name: 'values',
  strengths: [0, 1],
  between: false,
  reduces: ['bytes'],
  title: (strength) => `${64 / 2 ** strength} values a layer, nothing trained`,
  does: (strength) =>
    `Lets the weights of each layer share ${64 / 2 ** strength} values and writes one small file. Nothing is trained; the work for an answer stays.`,
  steps: (strength) => [{ step: 'cluster', clusters: 64 / 2 ** strength }, PACK],
};

/** Amounts are bits of an index: 4 bits are 16 values. */
export const cluster: AdviceMethod = {
  name: 'cluster',
  layers: {
    by: 'quantize',
    amounts: [6, 4, 3, 2],
    usual: 4,
    words: (bits) => `${2 ** bits} values`,
    open,
  },
  // Few values must be measured.
  families: ({ examples }) => (examples > 0 ? [shared] : []),
};
