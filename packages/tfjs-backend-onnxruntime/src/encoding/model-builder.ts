import { type Attributes, type ElementArray, type ElementType, nodeMessage, tensorMessage } from './onnx-messages';
import {
  type DraftConstant,
  type DraftNode,
  type DraftTensor,
  encodeDraft,
  ALL_REDUCE,
  type ModelDraft,
  type ValueName,
} from './draft';

export type { ValueName } from './draft';

/** Operator domains of ONNX Runtime beside the standard one. */
export const CONTRIB = 'com.microsoft';
export const BLOCKED = 'com.microsoft.nchwc';

/** Constants up to this size are deduplicated by content. */
const SHARED_CONSTANT_BYTES = 256;

/** Collects the nodes, constants, inputs and outputs of one ONNX model and encodes it. */
export class ModelBuilder {
  readonly #nodes: DraftNode[] = [];
  readonly #constants: DraftConstant[] = [];
  readonly #inputs: DraftTensor[] = [];
  readonly #outputs: DraftTensor[] = [];
  readonly #domains = new Set<string>();
  readonly #shared = new Map<string, ValueName>();
  readonly #fetchable = new Set<ValueName>();
  readonly #numbers = new Map<ValueName, number>();
  /** Prefix of the names of the next nodes: their operation. Errors of ONNX Runtime contain the name. */
  purpose = '';
  #names = 0;
  #scratchBytes = 0;

  /** Adds a node with one output and returns the output's name. */
  op(operator: string, inputs: readonly ValueName[], attributes: Attributes = {}, domain = ''): ValueName {
    return this.#add(operator, inputs, attributes, domain, [true])[0]!;
  }

  /** Adds a node with several outputs. Outputs that are not asked for get no name and are not computed. */
  outputsOf(
    operator: string,
    inputs: readonly ValueName[],
    asked: readonly boolean[],
    attributes: Attributes = {},
  ): ValueName[] {
    return this.#add(operator, inputs, attributes, '', asked);
  }

  /** Adds a node of the contrib domain. */
  contrib(operator: string, inputs: readonly ValueName[], attributes: Attributes = {}): ValueName {
    return this.op(operator, inputs, attributes, CONTRIB);
  }

  /** Adds a node of the blocked-layout domain. */
  blocked(operator: string, inputs: readonly ValueName[], attributes: Attributes = {}): ValueName {
    return this.op(operator, inputs, attributes, BLOCKED);
  }

  /** Splits a value into `parts` equal parts along an axis. */
  split(input: ValueName, axis: number, parts: number): ValueName[] {
    return this.outputsOf(
      'Split',
      [input],
      Array.from({ length: parts }, () => true),
      { axis },
    );
  }

  /** Splits a value into parts of the given lengths along an axis. */
  splitAt(input: ValueName, axis: number, lengths: readonly number[]): ValueName[] {
    const asked = lengths.map(() => true);
    return this.outputsOf('Split', [input, this.ints(...lengths)], asked, { axis });
  }

  reshape(input: ValueName, shape: readonly number[]): ValueName {
    return this.op('Reshape', [input, this.ints(...shape)]);
  }

  transpose(input: ValueName, perm: readonly number[]): ValueName {
    return this.op('Transpose', [input], { perm });
  }

  /** Adds a constant tensor. */
  constant(type: ElementType, shape: readonly number[], data: ElementArray): ValueName {
    if (data.byteLength > SHARED_CONSTANT_BYTES) return this.#store(type, shape, data);
    const content = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
    return this.once(`${type}[${shape.join()}]${content}`, () => this.#store(type, shape, data));
  }

  /** Returns the value that `make` created for `key`; calls `make` once per model. */
  once(key: string, make: () => ValueName): ValueName {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.#shared.set(key, name);
    return name;
  }

  /** Returns the value that `once` created for `key`, if any. */
  known(key: string): ValueName | undefined {
    return this.#shared.get(key);
  }

  /** Returns the number of a constant of one element; undefined for other values. */
  numberOf(name: ValueName): number | undefined {
    return this.#numbers.get(name);
  }

  /** Adds a constant list of 64-bit integers: shapes, axes, pads. */
  ints(...values: number[]): ValueName {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Adds a constant float scalar. */
  float(value: number): ValueName {
    return this.constant('float32', [], Float32Array.of(value));
  }

  /** Adds a constant row of ones, `[1, length]`. */
  onesRow(length: number): ValueName {
    return this.ones(1, length);
  }

  /** Adds a constant matrix of ones. */
  ones(rows: number, columns: number): ValueName {
    return this.once(`ones ${rows},${columns}`, () =>
      this.constant('float32', [rows, columns], new Float32Array(rows * columns).fill(1)),
    );
  }

  input(name: ValueName, type: ElementType, shape: readonly number[]): ValueName {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /**
   * Declares a value as graph output and returns the name to fetch. Inputs, constants and repeated values get an
   * Identity.
   */
  output(value: ValueName, type: ElementType, shape: readonly number[]): ValueName {
    const name = this.#fetchable.has(value) ? value : this.op('Identity', [value]);
    this.#fetchable.delete(name);
    this.#outputs.push({ name, type, shape });
    return name;
  }

  /** Declares a value as graph output under a given name. */
  outputAs(name: ValueName, value: ValueName, type: ElementType, shape: readonly number[]): void {
    const message = nodeMessage('Identity', [value], [name], {}, '');
    this.#nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], message });
    this.#outputs.push({ name, type, shape });
  }

  /** Notes a large intermediate value, for `takeScratch`. */
  noteScratch(bytes: number): void {
    this.#scratchBytes += bytes;
  }

  /** Returns the bytes noted since the last call. */
  takeScratch(): number {
    const bytes = this.#scratchBytes;
    this.#scratchBytes = 0;
    return bytes;
  }

  /** Adds an all-reduce: the mean over all workers. The graph is split into stages there. */
  allReduce(own: ValueName): ValueName {
    return this.once(`${ALL_REDUCE} ${own}`, () => this.op(ALL_REDUCE, [own]));
  }

  /** The model so far. */
  get draft(): ModelDraft {
    return {
      nodes: this.#nodes,
      constants: this.#constants,
      inputs: this.#inputs,
      outputs: this.#outputs,
      domains: this.#domains,
    };
  }

  /** Encodes the model file. */
  encode(): Uint8Array {
    return encodeDraft(this.draft);
  }

  #add(
    operator: string,
    inputs: readonly ValueName[],
    attributes: Attributes,
    domain: string,
    outputs: readonly boolean[],
  ): ValueName[] {
    if (domain !== '') this.#domains.add(domain);
    const names = outputs.map((asked) => (asked ? `${operator}_${this.#names++}` : ''));
    const named = names.filter((name) => name !== '');
    for (const name of named) this.#fetchable.add(name);
    const nodeName = this.purpose && `${this.purpose}/${named[0]!}`;
    const message = nodeMessage(operator, inputs, names, attributes, domain, nodeName);
    this.#nodes.push({ operator, inputs, outputs: named, message });
    return names;
  }

  #store(type: ElementType, shape: readonly number[], data: ElementArray): ValueName {
    const name = `constant_${this.#constants.length}`;
    this.#constants.push({ name, message: tensorMessage(name, type, shape, data) });
    if (type === 'float32' && data.length === 1) this.#numbers.set(name, Number(data[0]));
    return name;
  }
}
