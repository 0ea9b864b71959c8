import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Advice, ADVICE_FILE, type AdviceOptions, type AdvicePart } from '../../protocol/advice';
import type { DataReference } from '../../protocol/dataset';
import type { HandlerContext } from '../../rpc/peer';
import { withOwnEngine } from '../../child/own-engine';
import type { OpenCheckpoint } from './open-checkpoint';
import type { PanelTools } from './tools';

/** The folder that keeps points and the last advice about weights on data. */
function adviceFolder(storageFolder: string, weightsHash: string, data: DataReference | undefined): string {
  const key = createHash('sha256').update(JSON.stringify([weightsHash, data ?? null])).digest('hex').slice(0, 32); // prettier-ignore
  return path.join(storageFolder, 'advice', key);
}

/** Reads the last advice about weights on data; null where there is none, or it is of another version. */
export async function keptAdvice(
  storageFolder: string,
  weightsHash: string,
  data: DataReference | undefined,
): Promise<Advice | null> {
  try {
    const text = await readFile(path.join(adviceFolder(storageFolder, weightsHash, data), ADVICE_FILE), 'utf8');
    const parsed = Advice.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.weightsHash === weightsHash ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Advises on a panel's checkpoint, on its data where it has some. Points are stored with the extension's own files, so that an
 * advice that was cancelled continues on the next request. @throws UserError, CancelledError
 */
export async function adviseInPanel(
  panel: OpenCheckpoint,
  { engine, createEngine, storageFolder }: Pick<PanelTools, 'engine' | 'createEngine' | 'storageFolder'>,
  { options, seed }: { options: AdviceOptions; seed: number },
  { signal, report }: HandlerContext<AdvicePart>,
): Promise<Advice> {
  const { model } = panel;
  await panel.settleNormalization(signal);
  const { data } = panel;
  const { weightsHash, notRunnable } = await engine.call('inspect', { model }, { signal });
  const used = notRunnable === undefined ? data : undefined;
  const out = adviceFolder(storageFolder, weightsHash, data);
  const asked = { model, options, seed, out, ...(used === undefined ? {} : { data: used }) };
  return withOwnEngine(createEngine, signal, (call) => call('advise', asked, { signal, onProgress: report }));
}
