import { installBackend, type BackendInfo, type BackendOptions } from 'tfjs-backend-onnxruntime';
import { checkIsLocal } from './global-paths';

/**
 * Makes ONNX Runtime the backend, from the library beside the program.
 * @throws Error where it cannot be loaded on this machine, or would come from a folder of NODE_PATH
 */
export const installOwnBackend = (options: Pick<BackendOptions, 'threads' | 'log'>): Promise<BackendInfo> =>
  installBackend({ ...options, checkModule: checkIsLocal });
