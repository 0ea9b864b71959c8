import type { Rows } from '../exports/rows';
import type { LayerRow } from './sort';
import { bitsOf } from './sort';

/** All layers with unrounded figures, as a table for other programs. */
export const exportedLayers = (rows: readonly LayerRow[]): Rows => [
  ['layer', 'type', 'output shape', 'parameters', 'nonzero', 'MACs', 'bits', 'sparsity', 'sparsity after', 'threshold'],
  ...rows.map((row) => {
    const { layer, after } = row;
    return [
      layer.name,
      layer.type,
      layer.outputShape
        ?.slice(1)
        .map((size) => size ?? '?')
        .join('x') ?? '',
      layer.params,
      layer.nonzero,
      layer.macs ?? '',
      bitsOf(layer) ?? '',
      layer.sparsity ?? '',
      after?.after.sparsity ?? '',
      after?.threshold ?? '',
    ];
  }),
];
