import { runtimeVersion } from 'tfjs-backend-onnxruntime';
import type { BackendInfo } from './backend-info';
import { installOwnBackend } from './install';
import { findTensorflowNode, loadTensorflowNode } from './tensorflow-node';
import { runTrial, type Trial, type TrialResult } from './trial-process';
import { readVerdict, writeVerdict, type Verdict, type VerdictSetting } from './verdicts';

export interface ChooseOptions {
  /** `auto`: the faster of the two where both are installed. */
  readonly choice: 'auto' | 'onnxruntime' | 'tensorflow';
  readonly threads: number;
  /** Folder of `@tensorflow/tfjs-node`, or one from which Node finds it. */
  readonly tensorflowFolder: string;
  /** Folder for the result of the measurement. */
  readonly cacheFolder: string;
  /** Changes whenever the speed of our own backend may have changed. */
  readonly revision: string;
  /** A program that passes its arguments to `answerTrial` first. */
  readonly program: string;
  /** Hears in one sentence which backend computes and why, and what falls back. */
  readonly log: (message: string) => void;
  /** Version of onnxruntime-node; default: the installed one. */
  readonly runtimeVersion?: () => string | undefined;
  /** Default: `runTrial`, in a process of its own. */
  readonly trial?: (program: string, trial: Trial) => Promise<TrialResult>;
}

/** The requested backend is not available. The message is one sentence; the cause is for the log. */
export class BackendUnavailable extends Error {
  override readonly name = 'BackendUnavailable';
}

/**
 * Makes the chosen backend the active one of tfjs. tfjs-node is tried in a separate process first, because a native
 * library that does not fit the processor ends its process.
 * @throws BackendUnavailable
 */
export async function chooseBackend(options: ChooseOptions): Promise<BackendInfo> {
  if (options.choice === 'onnxruntime') return ours(options, 'as chosen');
  const found = findTensorflowNode(options.tensorflowFolder);
  const chosen = options.choice === 'tensorflow';
  const verdict = found ? await measured(found.version, options) : { reason: '@tensorflow/tfjs-node is not installed' };
  if ('reason' in verdict) {
    if (chosen)
      throw new BackendUnavailable(found ? verdict.reason : `${verdict.reason} in ${options.tensorflowFolder}`);
    return ours(options, verdict.reason);
  }
  const [own, other] = [verdict.onnxruntime.toFixed(1), verdict.tensorflow.toFixed(1)];
  const why = chosen ? 'as chosen' : `a step of a small network takes ${own} ms, with tfjs-node ${other} ms`;
  if (!chosen && verdict.onnxruntime <= verdict.tensorflow) return ours(options, why);
  const result = await loadTensorflowNode(options.tensorflowFolder, options.threads);
  if ('reason' in result) {
    if (chosen) throw new BackendUnavailable(result.reason);
    return ours(options, result.reason);
  }
  options.log(`tfjs-node ${result.info.version} computes, threads: ${options.threads} (${why}).`);
  return result.info;
}

/**
 * Returns the backend that `chooseBackend` will choose where that is plain without loading a library; undefined where it is
 * not.
 */
export function foreseenBackend({
  choice,
  threads,
  tensorflowFolder,
  runtimeVersion: versionOf = runtimeVersion,
}: Pick<ChooseOptions, 'choice' | 'threads' | 'tensorflowFolder' | 'runtimeVersion'>):
  Pick<BackendInfo, 'name' | 'version' | 'threads'> | undefined {
  if (choice === 'tensorflow' || (choice === 'auto' && findTensorflowNode(tensorflowFolder))) return undefined;
  const version = versionOf();
  return version === undefined ? undefined : { name: 'onnxruntime', version, threads };
}

/** Returns the milliseconds of both backends, from the cache or measured now; or the reason against tfjs-node. */
async function measured(version: string, options: ChooseOptions): Promise<Verdict | { reason: string }> {
  const { cacheFolder, revision, threads } = options;
  const onnxruntimeVersion = (options.runtimeVersion ?? runtimeVersion)();
  const setting: VerdictSetting = {
    ...{ revision, threads, tensorflow: version, folder: options.tensorflowFolder },
    onnxruntime: onnxruntimeVersion ?? 'absent',
  };
  const known = await readVerdict(cacheFolder, setting);
  if (known) return known;
  const tensorflow = await tryOn('tensorflow', options);
  if ('reason' in tensorflow) return tensorflow;
  const onnxruntime = await tryOn('onnxruntime', options);
  // If our backend does not run at all, any time of tfjs-node wins.
  if ('reason' in onnxruntime) return { onnxruntime: Infinity, tensorflow: tensorflow.milliseconds };
  const verdict = { onnxruntime: onnxruntime.milliseconds, tensorflow: tensorflow.milliseconds };
  await writeVerdict(cacheFolder, setting, verdict);
  return verdict;
}

function tryOn(backend: Trial['backend'], options: ChooseOptions): Promise<TrialResult> {
  const { trial = runTrial, program, threads, tensorflowFolder } = options;
  return trial(program, { backend, threads, folder: tensorflowFolder });
}

async function ours({ threads, log }: ChooseOptions, why: string): Promise<BackendInfo> {
  let info: BackendInfo;
  try {
    info = await installOwnBackend({ threads, log });
  } catch (cause) {
    throw new BackendUnavailable(
      `onnxruntime-node cannot be loaded on this machine (${process.platform} ${process.arch})`,
      { cause },
    );
  }
  log(`ONNX Runtime ${info.version} computes, threads: ${threads} (${why}).`);
  return info;
}
