import { MathBackendCPU, tf } from '../tf';
import type { OnnxBackend } from '../onnx-backend';

/** The reaction to a kernel without a native form: run it on the cpu kernels, or throw. */
export type FallbackPolicy = 'run' | 'throw';

type KernelInputs = tf.NamedTensorInfoMap | (tf.TensorInfo | undefined)[];

/**
 * Runs kernels without a native form on the cpu kernels of tfjs. Its own cpu backend is empty between calls. Arrays
 * pass between the backends without a copy.
 */
export class CpuFallback {
  readonly #cpu = new MathBackendCPU();
  readonly #calls = new Map<string, number>();

  constructor(
    readonly backend: OnnxBackend,
    public policy: FallbackPolicy,
    readonly log: (message: string) => void,
  ) {
    // The first use of a cpu backend prints an advertisement for tfjs-node.
    Reflect.set(this.#cpu, 'firstUse', false);
  }

  /** Number of calls of each kernel. */
  get calls(): ReadonlyMap<string, number> {
    return this.#calls;
  }

  resetCalls(): void {
    this.#calls.clear();
  }

  /** @throws Error under the policy `throw`, or the error of the cpu kernel */
  run(name: string, inputs: KernelInputs, attrs: tf.NamedAttrMap): tf.TensorInfo | tf.TensorInfo[] {
    if (this.policy === 'throw') throw new Error(`The kernel ${name} has no native form for these inputs.`);
    const earlier = this.#calls.get(name) ?? 0;
    if (earlier === 0) this.log(`The kernel ${name} runs on the slow cpu backend.`);
    this.#calls.set(name, earlier + 1);

    const lent: tf.TensorInfo[] = [];
    const lend = (x: tf.TensorInfo): tf.TensorInfo => {
      const copy = this.#toCpu(x);
      lent.push(copy);
      return copy;
    };
    const kernelFunc = tf.getKernel(name, 'cpu').kernelFunc;
    const result = kernelFunc({ inputs: mapInputs(inputs, lend), attrs, backend: this.#cpu });
    const results = Array.isArray(result) ? result : [result];
    const taken = results.map((x) => this.#fromCpu(x));
    for (const id of new Set([...results, ...lent].map((x) => x.dataId))) this.#cpu.disposeData(id, true);
    return Array.isArray(result) ? taken : taken[0]!;
  }

  #toCpu(x: tf.TensorInfo): tf.TensorInfo {
    const { complex } = this.backend.lookup(x.dataId);
    if (complex === null) {
      const info = this.#cpu.makeTensorInfo(x.shape, x.dtype, this.backend.readSync(x.dataId));
      return Object.assign(info, { rank: x.shape.length }); // Some cpu kernels expect a complete tensor.
    }
    const info = this.#cpu.makeTensorInfo(x.shape, 'complex64');
    const halves = { real: this.#toCpu(complex.real), imag: this.#toCpu(complex.imag) };
    this.#cpu.data.get(info.dataId).complexTensorInfos = halves;
    return info;
  }

  #fromCpu(x: tf.TensorInfo): tf.TensorInfo {
    const { complexTensorInfos, values } = this.#cpu.data.get(x.dataId);
    if (complexTensorInfos) {
      const { real, imag } = complexTensorInfos;
      return this.backend.storeComplex(x.shape, this.#fromCpu(real), this.#fromCpu(imag));
    }
    if (values === undefined) throw new Error('A cpu kernel returned a tensor without values.');
    return this.backend.store(values, x.shape, x.dtype);
  }
}

function mapInputs(inputs: KernelInputs, map: (x: tf.TensorInfo) => tf.TensorInfo): tf.NamedTensorInfoMap {
  // Kernels with any number of inputs get an array, others get a map of names; tfjs declares both as a map.
  if (Array.isArray(inputs)) return inputs.map((x) => x && map(x)) as unknown as tf.NamedTensorInfoMap;
  const mapped: tf.NamedTensorInfoMap = {};
  for (const [name, x] of Object.entries(inputs)) {
    mapped[name] = Array.isArray(x) ? (x.map(map) as unknown as tf.TensorInfo) : x && map(x);
  }
  return mapped;
}
