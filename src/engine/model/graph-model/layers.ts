import type { Tensor, Tensors } from '../../checkpoint/types';
import type { Pruning } from '../pruning';
import type { Operation, OperationGraph } from './read';
import { Readers, type Reader } from './readers';
import { isKernelOf, layoutOf, pruningOfConstant } from './roles';

/** A constant, described by the operations that read it. */
export interface OperationTensor {
  readonly tensor: Tensor;
  readonly pruning: Pruning;
  /** Layout of a kernel's channels; undefined where it is no kernel. */
  readonly layout?: 'plain' | 'transposed' | 'unknown';
}

/** The constants that an operation, or the part of a graph around it, reads. */
export interface OperationLayer {
  readonly name: string;
  /** Kind of the operation, with a note where the axes of its kernel have an unusual order. */
  readonly type: string;
  readonly tensors: readonly OperationTensor[];
}

/**
 * Groups the constants of a GraphModel into layers.
 * Each operation with a kernel is a layer, together with the bias that is added to its result. It gets the name of its
 * part of the graph where it is the only one there. All other constants are grouped by the part of the graph that reads
 * them.
 */
export function layersOfOperations(graph: OperationGraph, tensors: Tensors): OperationLayer[] {
  const readers = new Readers(graph);
  const constants = [...tensors.values()]
    .filter(({ group }) => group !== 'optimizer')
    .map((tensor) => ({ tensor, read: readers.of(tensor.name) }));
  const names = new LayerNames(constants.flatMap(({ read }) => read.filter(isKernelOf)));
  const layers = new Map<string, { type: string; tensors: OperationTensor[] }>();
  for (const { tensor, read } of constants) {
    const kernel = read.find(isKernelOf);
    const reader = kernel ?? read[0];
    const name = reader ? names.of(reader) : placeOf(tensor.name);
    const type = kernel ? typeOf(kernel) : (reader?.operation.op ?? 'Const');
    const layer = layers.get(name) ?? { type, tensors: [] };
    layers.set(name, layer);
    // The operation with the kernel names the type, wherever it stands in the list.
    if (kernel) layer.type = type;
    const layout = kernel && { layout: layoutOf(kernel) };
    const one = { tensor, pruning: pruningOfConstant(tensor, read), ...layout };
    if (kernel) layer.tensors.unshift(one);
    else layer.tensors.push(one);
  }
  return [...layers].map(([name, layer]) => ({ name, ...layer }));
}

const placeOf = (name: string): string => name.split('/').slice(0, -1).join('/') || name;

function typeOf(reader: Reader): string {
  const layout = layoutOf(reader);
  const { op } = reader.operation;
  return layout === 'plain' ? op : `${op}, ${layout === 'transposed' ? 'transposed' : 'rearranged'}`;
}

/** Operations whose constants belong to the product before them. */
const ADDS_TO_A_PRODUCT = /^(BiasAdd|Prelu|FusedBatchNorm(V[23])?)$/;

/** Names layers: by the part of the graph where that is unique, else by the operation. */
class LayerNames {
  private readonly products = new Set<string>();
  private readonly perPlace = new Map<string, Set<string>>();

  constructor(products: readonly Reader[]) {
    for (const { operation, scope } of products) {
      const name = withScope(operation.name, scope.name);
      this.products.add(name);
      const place = placeOf(name);
      this.perPlace.set(place, (this.perPlace.get(place) ?? new Set()).add(name));
    }
  }

  of({ operation, scope }: Reader): string {
    const own = withScope(operation.name, scope.name);
    const fed = ADDS_TO_A_PRODUCT.test(operation.op) ? operation.inputs[0] : undefined;
    const before = fed === undefined ? undefined : withScope(fed, scope.name);
    const product = [own, before].find((name) => name !== undefined && this.products.has(name));
    return product === undefined ? this.withoutProduct(operation, scope.name) : this.ofProduct(product);
  }

  private ofProduct(name: string): string {
    const place = placeOf(name);
    return this.perPlace.get(place)?.size === 1 && place.includes('/') ? place : name;
  }

  /**
   * Names a group without a product. Its part of the graph may already be a layer with one product; with several, the
   * group is separate.
   */
  private withoutProduct({ name }: Operation, scope: string | undefined): string {
    const own = withScope(name, scope);
    const place = placeOf(own);
    return (this.perPlace.get(place)?.size ?? 0) > 1 || !place.includes('/') ? own : place;
  }
}

const withScope = (name: string, scope: string | undefined): string =>
  scope === undefined ? name : `${scope}/${name}`;
