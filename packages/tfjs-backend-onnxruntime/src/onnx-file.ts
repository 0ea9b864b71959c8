import { loadRuntime } from './binding/runtime';
import { sessionOptions } from './binding/session-options';
import type { NativeRuntime, NativeSession } from './binding/types';
import {
  modelMessage,
  nameMessage,
  nodeMessage,
  tensorMessage,
  valueInfoMessage,
  type Attributes,
  type FileArray,
  type FileElementType,
} from './encoding/onnx-messages';
import type { ProtobufWriter } from './encoding/protobuf';

export type { Attribute, Attributes, FileArray, FileElementType } from './encoding/onnx-messages';

/** Writes an ONNX file (opset 17), node by node, each after its inputs. */
export class OnnxFile {
  readonly #nodes: ProtobufWriter[] = [];
  readonly #constants: ProtobufWriter[] = [];
  readonly #inputs: ProtobufWriter[] = [];
  readonly #outputs: ProtobufWriter[] = [];
  readonly #taken = new Set<string>();

  /** Adds a node with one output, and returns the name of that: the given one, or the next that is free. */
  node(operator: string, inputs: readonly string[], attributes: Attributes, name: string): string {
    const output = this.#free(name);
    this.#nodes.push(nodeMessage(operator, inputs, [output], attributes, '', output));
    return output;
  }

  /** Adds a constant, and returns its name. An empty shape is that of a scalar. */
  constant(name: string, type: FileElementType, shape: readonly number[], data: FileArray): string {
    const own = this.#free(name);
    this.#constants.push(tensorMessage(own, type, shape, data));
    return own;
  }

  /** Declares an input. A size with a name, such as `batch`, is open. */
  input(name: string, type: FileElementType, shape: readonly (number | string)[]): string {
    const own = this.#free(name);
    this.#inputs.push(valueInfoMessage(own, type, shape));
    return own;
  }

  /** Declares a value as an output under a name of its own. */
  output(name: string, value: string): string {
    const own = this.#free(name);
    this.#nodes.push(nodeMessage('Identity', [value], [own], {}, '', own));
    this.#outputs.push(nameMessage(own));
    return own;
  }

  /** Encodes the file. */
  encode(): Uint8Array {
    const parts = { nodes: this.#nodes, constants: this.#constants, inputs: this.#inputs, outputs: this.#outputs };
    return modelMessage(parts, []).slice();
  }

  #free(name: string): string {
    let own = name;
    for (let i = 2; this.#taken.has(own); i++) own = `${name}_${i}`;
    this.#taken.add(own);
    return own;
  }
}

/** Options of a session. */
export interface OnnxSessionOptions {
  readonly threads: number;
  /** Receives the path of each module of onnxruntime-node before it is loaded, and throws to refuse it. */
  readonly checkModule?: (file: string) => void;
}

/** An ONNX model in ONNX Runtime. */
export class OnnxSession {
  private constructor(
    private readonly session: NativeSession,
    private readonly runtime: NativeRuntime,
  ) {}

  /**
   * Opens a model. Products of 8 bits are exact on every processor: some without instructions for them would saturate
   * otherwise.
   *
   * @throws Error if ONNX Runtime cannot be loaded or refuses the model
   */
  static open(model: Uint8Array, { threads, checkModule }: OnnxSessionOptions): OnnxSession {
    const runtime = loadRuntime(checkModule);
    const options = sessionOptions(threads);
    const exact = { session: { intra_op: { allow_spinning: '0' }, x64quantprecision: '1' } };
    const session = runtime.createSession(model, { ...options, extra: exact });
    return new OnnxSession(session, runtime);
  }

  /**
   * Runs the model on inputs of float32. Returns the values of its outputs by name.
   *
   * @throws Error if shapes do not fit
   */
  run(
    feeds: Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>,
    outputs: readonly string[],
  ): Map<string, Float32Array> {
    const given = Object.fromEntries(
      Object.entries(feeds).map(([name, { data, shape }]) => [name, this.runtime.createTensor('float32', data, shape)]),
    );
    const asked = Object.fromEntries(outputs.map((name) => [name, null]));
    const found: unknown = this.session.run(given, asked, {});
    return new Map(outputs.map((name) => [name, valuesIn(found, name)]));
  }

  dispose(): void {
    this.session.dispose();
  }
}

function valuesIn(results: unknown, name: string): Float32Array {
  const result: unknown = typeof results === 'object' && results !== null ? Reflect.get(results, name) : undefined;
  const data: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'data') : undefined;
  if (!(data instanceof Float32Array)) throw new Error(`The output ${name} of the model is not float32.`);
  return data;
}
