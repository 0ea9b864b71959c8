/** The backend that computes. */
export interface BackendInfo {
  readonly name: 'onnxruntime';
  /** The version of ONNX Runtime. */
  readonly version: string;
  /** Threads that large graphs may use. */
  readonly threads: number;
  /** Whether convolutions run in ONNX Runtime's blocked layout. */
  readonly blockedLayout: boolean;
}
