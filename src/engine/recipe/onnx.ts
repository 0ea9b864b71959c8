import { UserError } from '../../protocol/errors';
import { ONNX_FILE, type OnnxFigures } from '../../protocol/onnx';
import type { Checkpoint } from '../checkpoint/types';
import type { OutputFolder } from '../folder/output-folder';
import { measureOnnx } from '../measure/onnx';
import { activationGrids, withActivationGrids } from '../model/activation-grids';
import { exportOnnx, type Exported } from '../onnx/export';
import { progressTo } from './types';
import type { RunContext } from './run-context';

/** An ONNX file as large as 2 GB is beyond what the format holds in one piece. */
const MOST_BYTES = 2 ** 31 - 1;

/** The file of a run: its figures, if there was data, or the reason why there is none. */
export type OnnxOutcome = { readonly figures?: OnnxFigures | undefined } | { readonly whyNot: string };

/** Tells whether a model's activations are quantized, so that an ONNX file belongs to it. */
export const hasOnnx = (checkpoint: Checkpoint): boolean => activationGrids(checkpoint).size > 0;

/**
 * Writes the ONNX file of a checkpoint with quantized activations beside it, reads it back, and runs it.
 * @throws UserError where the folder holds another such file, or reads back another
 */
export async function writeOnnx(
  { folder, prepared, environment, listener }: RunContext,
  checkpoint: Checkpoint,
): Promise<OnnxOutcome> {
  const exported = exportOnnx(checkpoint);
  if (typeof exported === 'string') {
    listener.report({ kind: 'message', text: exported });
    return { whyNot: exported };
  }
  await placed(folder, exported);
  const bytes = await folder.read(ONNX_FILE, MOST_BYTES);
  if (!bytes || !same(bytes, exported.bytes))
    throw new UserError(
      `The file ${ONNX_FILE} in ${folder.given} reads back as another: check the disk, and choose another folder.`,
    );
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

/** Writes the file. One with the same bytes may lie there, from a run that ended early. */
async function placed(folder: OutputFolder, { bytes }: Exported): Promise<void> {
  if (await folder.has(ONNX_FILE)) {
    const there = await folder.read(ONNX_FILE, MOST_BYTES);
    if (there && same(there, bytes)) return;
    throw new UserError(
      `The folder ${folder.given} already holds a ${ONNX_FILE}, which is never overwritten: choose another folder.`,
    );
  }
  await folder.write(ONNX_FILE, bytes);
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
