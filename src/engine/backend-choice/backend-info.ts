import type { BackendInfo as OwnBackendInfo } from 'tfjs-backend-onnxruntime';

/** Which backend computes. */
export type BackendInfo = OwnBackendInfo | TensorflowInfo;

/** tfjs-node as the backend that computes. */
export interface TensorflowInfo {
  readonly name: 'tensorflow';
  readonly version: string;
  readonly threads: number;
  readonly blockedLayout: false;
}
