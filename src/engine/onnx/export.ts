import { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { ActivationGrid } from '../../protocol/activations';
import type { ModelContent } from '../checkpoint/types';
import { activationGrids } from '../model/activation-grids';
import { readGraph } from '../model/graph';
import type { GraphNode, GraphTensor, ModelGraph } from '../model/model-graph';
import { activated, activationLayer } from './activation';
import { emitAttention } from './attention';
import { emitEmbedding } from './embedding';
import { foldOf, isOverChannels, layerNormalized, normalized, scaledByChannel, standardized } from './normalizations';
import { emitConvolution, emitDense, emitSeparable } from './products';
import { emitBidirectional, emitRecurrent } from './recurrent';
import { bidirectionalWeights, recurrentWeights } from './recurrent-weights';
import { emitShape, isShapeOp } from './shapes';
import { emitTransposed } from './transposed';
import { emitMerge, emitPool } from './windows';
import { channelsFirst, channelsLast, NoOperator, type Value } from './values';
import { onGrid } from './weights';

/** An ONNX file, with the names of its inputs and outputs in the order of the model's. */
export interface Exported {
  readonly bytes: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * Writes a model as an ONNX file (opset 17) of float32, with an open batch size. Layers whose inputs have grids (see
 * `activationGrids`) get QuantizeLinear and DequantizeLinear around them, and int8 weights. A batch normalization behind a layer
 * becomes a part of it.
 * @returns a sentence where a layer has no counterpart
 */
export function exportOnnx(model: ModelContent): Exported | string {
  const graph = readGraph(model);
  if (!graph.layered) return 'The model is no LayersModel, so it is not written as an ONNX file.';
  const file = new OnnxFile();
  const writer = new Writer(file, graph, activationGrids(model));
  try {
    return writer.write();
  } catch (error) {
    if (!(error instanceof NoOperator)) throw error;
    const name = writer.current?.path.join('/') ?? 'model';
    return `The model is not written as an ONNX file, because its layer "${name}" ${error.message}.`;
  }
}

class Writer {
  current: GraphNode | undefined;
  readonly #values = new Map<number, Value>();
  readonly #consumers: readonly number[][];
  readonly #roundedEarly: ReadonlyMap<number, ActivationGrid>;

  constructor(
    private readonly file: OnnxFile,
    private readonly graph: ModelGraph,
    private readonly grids: ReadonlyMap<string, ActivationGrid>,
  ) {
    const consumers = graph.calls.map((): number[] => []);
    for (const [i, { inputs }] of graph.calls.entries()) for (const { call } of inputs) consumers[call]!.push(i);
    // A result of the model is read from outside.
    for (const { call } of graph.results) consumers[call]!.push(-1);
    this.#consumers = consumers;
    this.#roundedEarly = this.#earlyGrids();
  }

  write(): Exported {
    const { graph, file } = this;
    const inputs = graph.inputCalls.map((call) => this.#input(call));
    for (const call of graph.calls.keys()) {
      const made = this.#values.get(call) ?? this.#emit(call);
      const grid = this.#roundedEarly.get(call);
      this.#values.set(call, grid ? { ...made, name: onGrid(file, made, grid) } : made);
    }
    const outputs = graph.results.map(({ call, output }) => {
      const node = this.#nodeOf(call);
      this.current = node;
      if (output !== 0) throw new NoOperator('has several results');
      return file.output(`${node.path.at(-1)!}:output`, channelsLast(file, this.#values.get(call)!).name);
    });
    return { bytes: file.encode(), inputs, outputs };
  }

  /**
   * Finds the calls whose result is read by one layer with a grid alone, with nothing between but ops that keep the order of
   * values: rounding there changes nothing, and ONNX Runtime then computes the whole layer in 8 bits.
   */
  #earlyGrids(): Map<number, ActivationGrid> {
    const found = new Map<number, ActivationGrid>();
    const isRead = new Set(this.graph.inputCalls);
    for (const { node, inputs } of this.graph.calls) {
      const kernel = this.graph.nodes[node]!.tensors.find((one) => one.kernel)?.tensor;
      const grid = kernel && this.grids.get(kernel.name);
      let from = inputs[0]?.call;
      if (!grid) continue;
      while (from !== undefined && !isRead.has(from) && this.#consumers[from]!.length === 1) {
        // A folded normalization has the value of its layer.
        if (!keepsOrder(this.#nodeOf(from))) {
          found.set(from, grid);
          break;
        }
        // Within the chain, a pool is computed in 8 bits only between two roundings.
        if (this.#nodeOf(from).op.kind === 'pool') found.set(from, grid);
        from = this.graph.calls[from]!.inputs[0]?.call;
      }
    }
    return found;
  }

  #nodeOf(call: number): GraphNode {
    return this.graph.nodes[this.graph.calls[call]!.node]!;
  }

  #input(call: number): string {
    const node = this.#nodeOf(call);
    this.current = node;
    const shape = node.inputShape ?? this.graph.calls[call]!.shape;
    if (!shape) throw new NoOperator('has an unknown shape');
    const named = shape.map((size, axis) => (axis === 0 ? 'batch' : (size ?? `size_${axis}`)));
    const name = this.file.input(node.path.at(-1)!, 'float32', named);
    const given: Value = { name, rank: shape.length, order: 'last' };
    // The first layer of a sequential model takes the input itself.
    this.#values.set(call, node.op.kind === 'input' ? given : this.#of(call, node, [given]));
    return name;
  }

  #emit(call: number): Value {
    const node = this.#nodeOf(call);
    this.current = node;
    const { inputs } = this.graph.calls[call]!;
    if (inputs.some(({ keyword, output }) => keyword !== undefined || output !== 0))
      throw new NoOperator('takes more than plain inputs');
    const [before] = inputs;
    if (node.op.kind === 'batch-normalization' && before && this.#foldedInto(before.call, call))
      return this.#values.get(before.call)!;
    return this.#of(
      call,
      node,
      inputs.map((one) => this.#values.get(one.call)!),
    );
  }

  #of(call: number, node: GraphNode, inputs: readonly Value[]): Value {
    const { file } = this;
    const { op } = node;
    const name = node.path.join('/');
    const [input] = inputs;
    if (!input) throw new NoOperator('has no input');
    if (op.channelsFirst) throw new NoOperator('has its channels first');
    if (isShapeOp(op)) return emitShape(file, op, input, { name, shape: this.graph.calls[call]!.shape });
    switch (op.kind) {
      case 'identity':
      case 'noise':
      case 'input':
        return input;
      case 'dense':
      case 'conv':
      case 'depthwise-conv': {
        const kernel = node.tensors.find(({ kernel: isKernel }) => isKernel);
        const bias = node.tensors.find(({ role }) => role === 'bias')?.tensor;
        if (!kernel) throw new NoOperator('has no kernel');
        const next = this.#consumers[call]!;
        const follower = next.length === 1 && next[0]! >= 0 ? next[0]! : undefined;
        const fold =
          follower !== undefined && this.#foldedInto(call, follower) ? foldOf(this.#nodeOf(follower)) : undefined;
        const layer = { name, kernel, bias, fold, grid: this.grids.get(kernel.tensor.name) };
        const made =
          op.kind === 'dense'
            ? emitDense(file, input, layer)
            : emitConvolution(file, channelsFirst(file, input), op, layer);
        return activated(file, made, op.activation, name);
      }
      case 'separable-conv': {
        const of = (role: string): GraphTensor | undefined => node.tensors.find((one) => one.role === role);
        const [depthwise, pointwise] = [of('depthwise-kernel'), of('pointwise-kernel')];
        if (!depthwise || !pointwise) throw new NoOperator('has no kernels');
        const layer = { name, depthwise, pointwise, bias: of('bias')?.tensor };
        return activated(file, emitSeparable(file, channelsFirst(file, input), op, layer), op.activation, name);
      }
      case 'transposed-conv': {
        const kernel = node.tensors.find(({ kernel: isKernel }) => isKernel)?.tensor;
        if (!kernel) throw new NoOperator('has no kernel');
        const bias = node.tensors.find(({ role }) => role === 'bias')?.tensor;
        const made = emitTransposed(file, channelsFirst(file, input), op, { name, kernel, bias });
        return activated(file, made, op.activation, name);
      }
      case 'recurrent':
        return emitRecurrent(file, input, op, recurrentWeights(node.tensors), name);
      case 'bidirectional':
        return emitBidirectional(file, input, op, bidirectionalWeights(node.tensors), name);
      case 'embedding': {
        const table = node.tensors.find(({ role }) => role === 'table')?.tensor;
        return emitEmbedding(file, input, op, { name, table });
      }
      case 'multi-head-attention': {
        const { flags = [], inputs: from } = this.graph.calls[call]!;
        const shapes = from.map((one) => this.graph.calls[one.call]!.shape);
        const causal = op.causal || flags.includes('use_causal_mask');
        return emitAttention(file, inputs, op, { name, tensors: node.tensors, causal, shapes });
      }
      case 'layer-normalization':
        return layerNormalized(file, node, input, name);
      case 'layer-scale':
        return scaledByChannel(file, node, input, name);
      case 'standardization':
        return standardized(file, node, input, name);
      case 'batch-normalization':
        return normalized(file, node, input, name);
      case 'activation':
        return activationLayer(file, input, op, name);
      case 'prelu': {
        const slopes = node.tensors.find(({ role }) => role === 'slopes')?.tensor;
        if (!(slopes?.data instanceof Float32Array)) throw new NoOperator('has no slopes of float32');
        const last = channelsLast(file, input);
        const constant = file.constant(`${name}/slopes`, 'float32', slopes.shape, slopes.data);
        return { ...last, name: file.node('PRelu', [last.name, constant], {}, name) };
      }
      case 'softmax': {
        const last = channelsLast(file, input);
        return { ...last, name: file.node('Softmax', [last.name], { axis: op.axis ?? -1 }, name) };
      }
      case 'pool':
      case 'global-pool':
        return emitPool(file, channelsFirst(file, input), op, name);
      case 'merge':
      case 'concat':
        return emitMerge(file, inputs, op, name);
      default:
        throw new NoOperator(`is of a kind (${node.type}) that has no counterpart there`);
    }
  }

  /** Tells whether a normalization is the only reader of a layer that can take it in. */
  #foldedInto(layer: number, normalization: number): boolean {
    const [producer, reader] = [this.#nodeOf(layer), this.#nodeOf(normalization)];
    const next = this.#consumers[layer]!;
    if (next.length !== 1 || next[0] !== normalization || reader.op.kind !== 'batch-normalization') return false;
    if (producer.calls.length !== 1 || !isPlain(producer) || !isOverChannels(reader, this.graph.calls[layer]!.shape))
      return false;
    return true;
  }
}

/** Tells whether an op only moves values, leaves some out, or adds zeros. */
const keepsOrder = ({ op }: GraphNode): boolean =>
  op.kind === 'flatten' ||
  op.kind === 'reshape' ||
  op.kind === 'permute' ||
  op.kind === 'pad' ||
  op.kind === 'crop' ||
  op.kind === 'noise' ||
  op.kind === 'identity' ||
  (op.kind === 'pool' && op.how === 'max');

const isPlain = ({ op }: GraphNode): boolean =>
  (op.kind === 'conv' || op.kind === 'depthwise-conv' || op.kind === 'dense') && op.activation === 'linear';
