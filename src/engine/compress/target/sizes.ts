import { nonzeroMacs } from '../../../protocol/figures';
import type { ParetoPoint } from '../../../protocol/pareto';
import { plannedSizes } from '../../checkpoint/sizes';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { figuresOf } from '../../measure/inspect';
import type { PruningMethod } from '../pruning-method';
import type { SizeName } from './goal';

/** The sizes of a plan. All of them are reported, whatever the goal is. */
type AllSizes = Pick<ParetoPoint, 'bytes' | 'gzipBytes' | 'params' | 'nonzero' | 'macs' | 'nonzeroMacs' | 'sparsity'>;

/** Measures the sizes of a model, and how they change when one layer is pruned. */
export class Sizes {
  private readonly base: ModelContent;

  constructor(
    private readonly input: {
      readonly model: ModelContent;
      readonly method: PruningMethod;
      /** Size of the inputs for MACs, see `closeInputs`. */
      readonly inputShape?: readonly number[] | undefined;
      asWritten(model: ModelContent): ModelContent;
    },
    private readonly size: SizeName,
  ) {
    const { model } = input;
    this.base = { ...model, tensors: new Map([...model.tensors].filter(([, { group }]) => group !== 'optimizer')) };
  }

  /** Measures all sizes of a model as it would be written. */
  async all(model: ModelContent): Promise<AllSizes> {
    const { layers, totals } = figuresOf(model, this.input.inputShape);
    const { bytes, gzipBytes } = await plannedSizes(this.input.asWritten(model));
    const { params, nonzero, macs, sparsity } = totals;
    return { bytes, gzipBytes, params, nonzero, macs, nonzeroMacs: nonzeroMacs(layers), sparsity };
  }

  /** Measures the size that counts, for the unchanged model. */
  async whole(): Promise<number> {
    return this.size === 'gzipBytes' ? (await this.all(this.base)).gzipBytes : this.figure(this.base);
  }

  /**
   * Measures the change of size, below 0 for a smaller model, when one layer alone is pruned. Bytes are those of the
   * changed tensors.
   */
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
