import { UNKNOWN, without, type Infer } from './infer';
import { putTogether, slide, takeApart, windowOf } from './spatial';

function pooling(rank: number): Infer {
  return ({ config, inputs }) => {
    const input = takeApart(config, inputs[0], rank);
    const window = windowOf(config, rank, 'pool_size');
    if (!input || !window) return UNKNOWN;
    return without(putTogether(config, { ...input, axes: slide(input.axes, window) }));
  };
}

function globalPooling(rank: number): Infer {
  return ({ config, inputs }) => {
    const input = takeApart(config, inputs[0], rank);
    if (!input) return UNKNOWN;
    if (config['keepdims'] !== true) return without([input.batch, input.channels]);
    return without(putTogether(config, { ...input, axes: input.axes.map(() => 1) }));
  };
}

/** Pooling layers by class name. */
export const poolings: Record<string, Infer> = {
  ...Object.fromEntries(
    ['Max', 'Average'].flatMap((kind) => [1, 2, 3].map((rank) => [`${kind}Pooling${rank}D`, pooling(rank)])),
  ),
  ...Object.fromEntries(
    ['Max', 'Average'].flatMap((kind) =>
      [1, 2, 3].map((rank) => [`Global${kind}Pooling${rank}D`, globalPooling(rank)]),
    ),
  ),
};
