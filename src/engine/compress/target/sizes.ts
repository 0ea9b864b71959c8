import { nonzeroMacs } from '../../../protocol/figures';
import type { ParetoPoint } from '../../../protocol/pareto';
import { plannedSizes } from '../../checkpoint/sizes';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { figuresOf } from '../../measure/inspect';
import type { PruningMethod } from '../pruning-method';
import type { SizeName } from './goal';

/** The sizes of a plan, all of which are told whatever the goal is. */
type AllSizes = Pick<ParetoPoint, 'bytes' | 'gzipBytes' | 'params' | 'nonzero' | 'macs' | 'nonzeroMacs' | 'sparsity'>;

/** Measures sizes of a model, whole or by how much the cut of one layer changes them. */
export class Sizes {
  private readonly base: ModelContent;

  constructor(
    private readonly input: {
      readonly model: ModelContent;
      readonly method: PruningMethod;
      /** For which MACs are counted, see `closeInputs`. */
      readonly inputShape?: readonly number[] | undefined;
      asWritten(model: ModelContent): ModelContent;
    },
    private readonly size: SizeName,
  ) {
    const { model } = input;
    this.base = { ...model, tensors: new Map([...model.tensors].filter(([, { group }]) => group !== 'optimizer')) };
  }

  /** Of a model as it would be written. */
  async all(model: ModelContent): Promise<AllSizes> {
    const { layers, totals } = figuresOf(model, this.input.inputShape);
    const { bytes, gzipBytes } = await plannedSizes(this.input.asWritten(model));
    const { params, nonzero, macs, sparsity } = totals;
    return { bytes, gzipBytes, params, nonzero, macs, nonzeroMacs: nonzeroMacs(layers), sparsity };
  }

  /** The size that counts, of the model as it is. */
  async whole(): Promise<number> {
    return this.size === 'gzipBytes' ? (await this.all(this.base)).gzipBytes : this.figure(this.base);
  }

  /** By how much the size grows, so below 0, when one layer alone is cut. Bytes are those of the tensors that change. */
  async change(layer: string, amount: number): Promise<number> {
    const { model } = this.input.method.apply(new Map([[layer, amount]]));
    if (this.size !== 'gzipBytes') return this.figure(model) - this.figure(this.base);
    const changed = [...model.tensors.values()].filter((tensor) => tensor !== this.base.tensors.get(tensor.name));
    const before = changed.map(({ name }) => this.base.tensors.get(name)!);
    return (await this.gzipBytes(changed)) - (await this.gzipBytes(before));
  }

  private figure(model: ModelContent): number {
    const { layers, totals } = figuresOf(model, this.input.inputShape);
    if (this.size === 'nonzeroMacs') return nonzeroMacs(layers) ?? 0;
    return this.size === 'macs' ? (totals.macs ?? 0) : this.size === 'params' ? totals.params : totals.nonzero;
  }

  private async gzipBytes(tensors: readonly Tensor[]): Promise<number> {
    if (tensors.length === 0) return 0;
    const model = { ...this.base, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
    return (await plannedSizes(model)).gzipBytes;
  }
}
