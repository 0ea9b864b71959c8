import type { Flow, Op } from './op/op';

/**
 * Finds the function that each output of a model has gone through last, by its name without underscores, such as
 * `sigmoid` or `softmax`; undefined where the last layer applies none by name.
 */
export function outputActivations(flow: Flow): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  for (const { node, inputs } of flow.calls) {
    const fed = inputs
      .filter(({ keyword }) => keyword === undefined)
      .map(({ call, output }) => (output === 0 ? found[call] : undefined));
    found.push(activationOf(flow.nodes[node]!.op, fed));
  }
  return flow.results.map(({ call, output }) => (output === 0 ? found[call] : undefined));
}

function activationOf(op: Op, fed: readonly (string | undefined)[]): string | undefined {
  const common = fed.every((one) => one === fed[0]) ? fed[0] : undefined;
  switch (op.kind) {
    case 'time-distributed':
      return op.inner === null || op.inner.kind === 'model' ? undefined : activationOf(op.inner, fed);
    case 'softmax':
      return 'softmax';
    case 'activation':
      if (op.form !== 'named') return undefined;
      return op.activation === 'linear' ? common : op.activation;
    case 'dense':
    case 'conv':
    case 'transposed-conv':
    case 'depthwise-conv':
    case 'separable-conv':
      return op.activation;
    // These change no value at inference, or only move them.
    case 'noise':
    case 'masking':
    case 'identity':
    case 'reshape':
    case 'flatten':
    case 'permute':
    case 'crop':
    case 'repeat':
      return common;
    // A mean keeps the range of its values.
    case 'merge':
      return op.how === 'average' ? common : undefined;
    case 'pool':
    case 'global-pool':
      return op.how === 'average' ? common : undefined;
    default:
      return undefined;
  }
}
