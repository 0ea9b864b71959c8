import * as z from 'zod';
import { t } from './l10n';
import { count, plural } from './format';

/** What a step left of the work of earlier steps, or of those that made the checkpoint. */
export const KeptWork = z.object({
  /** Kernel weights that were 0 and still are; weights that were removed do not count. */
  zeros: z.number(),
  /** Tensors whose weights had few values and still have: clusters, grids, signs, stored numbers. */
  tensors: z.number(),
  /** What is no longer as it was, a sentence for each tensor. */
  lost: z.array(z.string()),
});
export type KeptWork = z.infer<typeof KeptWork>;

/** Says in one sentence what the last step that changed the model left as it was; undefined where there was nothing. */
export function keptWords(steps: readonly { readonly keptWork?: KeptWork | undefined }[]): string | undefined {
  const last = steps.findLast(({ keptWork }) => keptWork)?.keptWork;
  if (!last || (last.zeros === 0 && last.tensors === 0)) return undefined;
  const [zeros, tensors] = [count(last.zeros), plural(last.tensors, 'tensor')];
  if (last.tensors === 0) return t('Kept from earlier steps: {0} zeros.', zeros);
  if (last.zeros === 0) return t('Kept from earlier steps: the few values of {0}.', tensors);
  return t('Kept from earlier steps: {0} zeros and the few values of {1}.', zeros, tensors);
}
