import type { LayerSaving } from '../../../protocol/advice';
import { UserError } from '../../../protocol/errors';
import type { ReshapedLayer } from '../../../protocol/reshaping';
import type { ModelContent } from '../../checkpoint/types';
import { figuresOf } from '../../measure/inspect';
import type { Told } from './method';

/** Larger models would take too long for a quick look. */
const MOST_PARAMS = 10_000_000;

/** @param what is looked for, and the step that plans it. @throws UserError where the model is large */
export function requireSmall(
  model: ModelContent,
  { what, step }: { readonly what: string; readonly step: string },
): void {
  if (figuresOf(model).totals.params > MOST_PARAMS)
    throw new UserError(
      `${what} are not looked for in so large a model, because that takes long: plan the step ${step}.`,
    );
}

/** Tells what layers save that are replaced by others. @param amount words for one of these, and the reason why others stay */
export function savingsOf<Layer extends ReshapedLayer>(
  layers: readonly Layer[],
  amount: { readonly words: (layer: Layer) => string; readonly otherwise: string },
): Told {
  return new Map(
    layers.map((layer): [string, Omit<LayerSaving, 'method'>] => {
      const { name, state, before, after, reason = amount.otherwise } = layer;
      if (state !== 'replaced') return [name, { state: 'cannot', reason }];
      const params = before.params - after.params;
      const saves = { bytes: 4 * params, params, macs: (before.macs ?? 0) - (after.macs ?? 0) };
      return [name, { state: 'offers', amount: amount.words(layer), saves, metrics: null }];
    }),
  );
}
