import { nonzeroMacs } from '../../../protocol/figures';
import type { ParetoPoint } from '../../../protocol/pareto';
import { plannedSizes } from '../../checkpoint/sizes';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { figuresOf } from '../../measure/inspect';
import type { CompressionMethod } from '../method';
import type { SizeName } from './goal';

const NONE: ReadonlyMap<string, number> = new Map();

/** The sizes of a plan. All of them are reported, whatever the goal is. */
type AllSizes = Pick<
  ParetoPoint,
  'bytes' | 'gzipBytes' | 'params' | 'nonzero' | 'macs' | 'nonzeroMacs' | 'sparsity' | 'weightBytes'
>;

/** Measures the sizes of a model, and how they change when one layer is pruned. */
export class Sizes {
  private readonly base: ModelContent;

  constructor(
    private readonly input: {
      readonly model: ModelContent;
      readonly method: CompressionMethod;
      /** Size of the inputs for MACs, see `closeInputs`. */
      readonly inputShape?: readonly number[] | undefined;
      asWritten(model: ModelContent): ModelContent;
    },
    private readonly size: SizeName,
  ) {
    const { model } = input;
    this.base = { ...model, tensors: new Map([...model.tensors].filter(([, { group }]) => group !== 'optimizer')) };
  }

  /** Measures all sizes of a model as it would be written. @param amounts that made it */
  async all(model: ModelContent, amounts: ReadonlyMap<string, number> = NONE): Promise<AllSizes> {
    const { layers, totals } = figuresOf(model, this.input.inputShape);
    const { bytes, gzipBytes } = await plannedSizes(this.input.asWritten(model));
    const { params, nonzero, macs, sparsity } = totals;
    const weightBytes = this.input.method.weightBytes?.(amounts);
    return {
      ...{ bytes, gzipBytes, params, nonzero, macs, nonzeroMacs: nonzeroMacs(layers), sparsity },
      ...(weightBytes === undefined ? {} : { weightBytes }),
    };
  }

  /** Measures the size that counts, for the unchanged model. */
  async whole(): Promise<number> {
    if (this.size === 'weightBytes') return this.weightBytes(NONE);
    return this.size === 'gzipBytes' ? (await this.all(this.base)).gzipBytes : this.figure(this.base);
  }

  /**
   * Measures the change of size, below 0 for a smaller model, when one layer alone is pruned. Bytes are those of the
   * changed tensors.
   */
  async change(layer: string, amount: number): Promise<number> {
    const amounts = new Map([[layer, amount]]);
    if (this.size === 'weightBytes') return this.weightBytes(amounts) - this.weightBytes(NONE);
    const { model } = this.input.method.apply(amounts);
    if (this.size !== 'gzipBytes') return this.figure(model) - this.figure(this.base);
    const changed = [...model.tensors.values()].filter((tensor) => tensor !== this.base.tensors.get(tensor.name));
    const before = changed.map(({ name }) => this.base.tensors.get(name)!);
    return (await this.gzipBytes(changed)) - (await this.gzipBytes(before));
  }

  private weightBytes(amounts: ReadonlyMap<string, number>): number {
    const { method } = this.input;
    if (!method.weightBytes) throw new Error('the method changes no bits');
    return method.weightBytes(amounts);
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
