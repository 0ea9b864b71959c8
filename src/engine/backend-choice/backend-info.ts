import type { BackendInfo as OwnBackendInfo } from 'tfjs-backend-onnxruntime';

/** The backend that computes. */
export type BackendInfo = OwnBackendInfo | TensorflowInfo;

/** Describes tfjs-node as the backend. */
export interface TensorflowInfo {
  readonly name: 'tensorflow';
  readonly version: string;
  readonly threads: number;
  readonly blockedLayout: false;
}
