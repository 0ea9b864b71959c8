import { isFloat } from '../../checkpoint/values';
import type { ModelGraph, GraphNode, GraphTensor } from '../../model/model-graph';
import type { OpOf } from '../../model/op/op';
import type { Path } from '../../model/edit/edit';

/** A convolution of the model that a compact form may replace. */
export interface Convolution {
  readonly name: string;
  readonly path: Path;
  readonly op: OpOf<'conv'>;
  /** Window by channels that enter by channels that leave. */
  readonly kernel: GraphTensor;
  /** Name of the tensor of its bias; undefined where it has none. */
  readonly bias: string | undefined;
  /** Positions of its window. */
  readonly taps: number;
  /** Channels that enter it, and that leave it. */
  readonly inputs: number;
  readonly outputs: number;
  /** Positions of what enters it and of what leaves it for one example, over all its calls. */
  readonly positions: { readonly before: number; readonly after: number };
  /** Multiply-accumulates for one example, over all its calls. */
  readonly macs: number;
}

/** A layer that convolves: a convolution, or the reason why no form can replace it. */
export interface Found {
  readonly node: GraphNode;
  readonly convolution: Convolution | string;
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/**
 * Finds the layers that convolve, in the order of the model.
 * @param graph of a model whose input sizes are known, see `withInputShape`
 */
export function convolutionsOf(graph: ModelGraph): Found[] {
  return graph.nodes.flatMap((node): Found[] => {
    const { op } = node;
    switch (op.kind) {
      case 'conv':
        return [{ node, convolution: read(graph, node, op) }];
      case 'depthwise-conv':
        return [{ node, convolution: 'it convolves each channel by itself already' }];
      case 'separable-conv':
        return [{ node, convolution: 'it is a separable convolution already' }];
      case 'transposed-conv':
        return [{ node, convolution: 'it is a transposed convolution' }];
      default:
        return [];
    }
  });
}

function read({ calls }: ModelGraph, node: GraphNode, op: OpOf<'conv'>): Convolution | string {
  const kernel = node.tensors.find(({ role }) => role === 'kernel');
  const bias = node.tensors.find(({ role }) => role === 'bias')?.tensor.name;
  if (op.groups > 1) return 'it convolves groups of channels already';
  if (node.calls.length === 0) return 'no output of the model depends on it';
  if (!kernel || !isFloat(kernel.tensor)) return 'it has no kernel of numbers';
  const { shape } = kernel.tensor;
  const [inputs, outputs] = [shape.at(-2) ?? 0, shape.at(-1) ?? 0];
  const taps = product(shape.slice(0, -2));
  const spatial = (of: readonly (number | null)[] | null | undefined): number | null =>
    of?.slice(1).every((size) => size !== null) ? product(of.slice(1) as number[]) : null;
  const entered = node.calls.map((call) => {
    const [input] = calls[call]!.inputs;
    return spatial(input ? calls[input.call]!.shape : node.inputShape);
  });
  if (node.macs === null || entered.some((size) => size === null)) return 'the size of its inputs is not known';
  return {
    ...{ name: node.name, path: node.path, op, kernel, bias, taps, inputs, outputs, macs: node.macs },
    positions: {
      before: entered.reduce<number>((sum, size) => sum + size! / inputs, 0),
      after: node.macs / (taps * inputs * outputs),
    },
  };
}
