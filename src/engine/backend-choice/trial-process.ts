import { fork } from 'node:child_process';
import * as z from 'zod';
import { installOwnBackend } from './install';
import { timeSteps } from './small-network';
import { loadTensorflowNode } from './tensorflow-node';

const TRIAL_FLAG = '--backend-trial';
const PATIENCE_MS = 60_000;

const Trial = z.object({
  backend: z.enum(['onnxruntime', 'tensorflow']),
  threads: z.number(),
  /** Folder of tfjs-node. */
  folder: z.string(),
});
export type Trial = z.infer<typeof Trial>;

/** Milliseconds of a training step, or a short reason why the backend does not work. */
const TrialResult = z.union([z.object({ milliseconds: z.number() }), z.object({ reason: z.string() })]);
export type TrialResult = z.infer<typeof TrialResult>;

/**
 * Tries a backend in a separate process and measures it, so that a crash of a native library does not end this process.
 * `program` must call `answerTrial` first. Never rejects.
 */
export function runTrial(program: string, trial: Trial): Promise<TrialResult> {
  return new Promise((resolve) => {
    const child = fork(program, [TRIAL_FLAG, JSON.stringify(trial)], {
      execArgv: [],
      stdio: 'ignore',
      serialization: 'json',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const what = trial.backend === 'tensorflow' ? `tfjs-node in ${trial.folder}` : 'ONNX Runtime';
    const settle = (result: TrialResult): void => {
      clearTimeout(timer);
      resolve(result);
    };
    child.on('message', (message) => settle(TrialResult.parse(message)));
    child.on('error', (error) => settle({ reason: `${what} cannot be tried: ${error.message}` }));
    child.on('exit', (code, signal) => {
      settle({
        reason: `${what} cannot be used: it ended the process that tried it (${signal ?? `exit code ${code}`})`,
      });
    });
  });
}

/** Does the work of a trial where `runTrial` started this process, and ends it. Returns false in every other process. */
export function answerTrial(args: readonly string[]): boolean {
  if (args[0] !== TRIAL_FLAG || process.send === undefined) return false;
  process.on('disconnect', () => process.exit(1));
  void perform(Trial.parse(JSON.parse(args[1] ?? ''))).then((result) => {
    process.send?.(result, () => process.exit(0));
  });
  return true;
}

async function perform({ backend, threads, folder }: Trial): Promise<TrialResult> {
  try {
    if (backend === 'onnxruntime') await installOwnBackend({ threads });
    else {
      const result = await loadTensorflowNode(folder, threads);
      if ('reason' in result) return result;
    }
    return { milliseconds: await timeSteps() };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
