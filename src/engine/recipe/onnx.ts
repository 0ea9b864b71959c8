import { ONNX_FILE, type OnnxFigures } from '../../protocol/onnx';
import type { Checkpoint } from '../checkpoint/types';
import { measureOnnx } from '../measure/onnx';
import { activationGrids, withActivationGrids } from '../model/activation-grids';
import { exportOnnx } from '../onnx/export';
import { writeOwnFile } from './folder/own-file';
import { writeOwn } from './folder/state';
import { progressTo } from './types';
import type { RunContext } from './run-context';

/** The file of a run: its figures, if there was data, or the reason why there is none. */
export type OnnxOutcome = { readonly figures?: OnnxFigures | undefined } | { readonly whyNot: string };

/** Tells whether a model's activations are quantized, so that an ONNX file belongs to it. */
export const hasOnnx = (checkpoint: Checkpoint): boolean => activationGrids(checkpoint).size > 0;

/**
 * Writes the ONNX file of a checkpoint with quantized activations beside it, reads it back, and runs it.
 * @throws UserError where the folder holds another such file, or reads back another
 */
export async function writeOnnx(
  { folder, prepared, environment, listener, state }: RunContext,
  checkpoint: Checkpoint,
): Promise<OnnxOutcome> {
  const exported = exportOnnx(checkpoint);
  if (typeof exported === 'string') {
    listener.report({ kind: 'message', text: exported });
    return { whyNot: exported };
  }
  const bytes = await writeOwnFile(folder, state.own, ONNX_FILE, exported.bytes, () => writeOwn(folder, state.own));
  const { data } = prepared;
  if (!data) return {};
  const float = exportOnnx(withActivationGrids(checkpoint, new Map()));
  if (typeof float === 'string') throw new Error('the model in floating point has no file');
  const figures = await measureOnnx({ model: checkpoint, file: { ...exported, bytes }, float }, data, {
    threads: environment.backend.threads,
    signal: listener.signal,
    onProgress: progressTo(listener),
  });
  return { figures };
}
