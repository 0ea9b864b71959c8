import { installBackend, type BackendInfo, type BackendOptions } from 'tfjs-backend-onnxruntime';
import { checkIsLocal } from './global-paths';

/**
 * Makes ONNX Runtime compute, from a library that lies beside the program.
 * @throws Error where it cannot be loaded on this machine, or lies where NODE_PATH leads
 */
export const installOwnBackend = (options: Pick<BackendOptions, 'threads' | 'log'>): Promise<BackendInfo> =>
  installBackend({ ...options, checkModule: checkIsLocal });
