import type * as z from 'zod';
import { engineRequests, type EngineRequests } from '../../src/protocol/engine';
import { describeIssue, UserError } from '../../src/protocol/errors';
import { createService } from '../../src/engine/requests/service';

/** Asks the engine in this process as the editor does: what goes in and what comes out pass their schemas. */
export type Ask = <K extends keyof EngineRequests>(
  method: K,
  params: z.input<EngineRequests[K]['params']>,
  listen?: { signal?: AbortSignal; report?: (progress: z.input<EngineRequests[K]['progress']>) => void },
) => Promise<z.input<EngineRequests[K]['result']>>;

/**
 * Starts the engine.
 * @param folder for its cache
 * @param sampleFolder with the sample of Fashion-MNIST, where that is asked for
 */
export async function startEngine(folder: string, sampleFolder = folder): Promise<Ask> {
  const service = createService(__filename, () => undefined);
  const listener = { signal: new AbortController().signal, report: () => undefined };
  await service.initialize({ sampleFolder, cacheFolder: folder, threads: 1, backend: 'onnxruntime' }, listener);
  return async (method, params, { signal = listener.signal, report = listener.report } = {}) => {
    const parsed = engineRequests[method].params.safeParse(params);
    if (!parsed.success) throw new UserError(`That cannot be done: ${describeIssue(parsed.error)}.`);
    // The schema of a method is that of its handler; the compiler cannot see that for all methods at once.
    const answer = await service[method](parsed.data as never, { signal, report });
    const result = engineRequests[method].result.safeParse(answer);
    if (!result.success) throw new Error(`the answer to ${method} is not valid: ${describeIssue(result.error)}`);
    return answer;
  };
}
