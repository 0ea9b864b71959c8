/** The installed backend. */
export interface BackendInfo {
  readonly name: 'onnxruntime';
  /** The version of ONNX Runtime. */
  readonly version: string;
  /** Threads that large graphs may use. */
  readonly threads: number;
  /** True if convolutions run in the blocked layout of ONNX Runtime. */
  readonly blockedLayout: boolean;
}
