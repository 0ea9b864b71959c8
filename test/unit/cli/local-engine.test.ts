import path from 'node:path';
import { disposeBackend } from 'tfjs-backend-onnxruntime';
import { afterAll, expect, it } from 'vitest';
import { localEngine } from '../../../src/engine/cli/engine';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

afterAll(disposeBackend);

it('loads the native library for a plan only where the network runs, and plans the same', async () => {
  const folder = await temporaryFolder();
  const model = await writeRaw(folder);
  const logged: string[] = [];
  const engine = localEngine(
    path.join(folder, 'command.js'),
    {},
    new AbortController().signal,
    (message) => logged.push(message),
    () => undefined,
  );
  const plan = () => engine.ask('plan', { model, step: { step: 'prune', amount: { sparsity: 0.5 } }, packed: true });
  const first = await plan();
  expect(logged).toEqual([]);
  await engine.ask('plan', { model, step: { step: 'quantize' } });
  expect(logged).toEqual([expect.stringMatching(/^ONNX Runtime .* computes/)]);
  expect(await plan()).toEqual(first);
});
