import type { Session } from '../checkpoint/store';
import type { ModelContent, Tensors } from '../checkpoint/types';
import { toLayersModel, type LayersModel } from './runnable';
import { variablesByTensor, type Binding, type ModelVariable } from './weights/binding';
import { tf } from '../tf';

/** A running model whose weights are swapped without building it again. */
export class WeightSwap {
  private current: Tensors;
  private last: Promise<unknown> = Promise.resolve();
  private readonly variables: Binding;

  private constructor(
    private readonly model: LayersModel,
    private readonly original: Tensors,
  ) {
    this.current = original;
    this.variables = variablesByTensor(model);
  }

  /** The caller disposes of it. @throws UserError where the model cannot be run */
  static async build(model: ModelContent): Promise<WeightSwap> {
    return new WeightSwap(await toLayersModel(model), model.tensors);
  }

  /** Runs `work` once all earlier work has ended. */
  exclusively<T>(work: (model: LayersModel) => Promise<T>): Promise<T> {
    const turn = this.last.then(() => work(this.model));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Gives the model the weights in `tensors`, all of the model; only those that differ from the ones it has are copied. */
  set(tensors: Tensors): void {
    for (const [name, variable] of this.variables) {
      const next = tensors.get(name);
      if (next === undefined) throw new Error(`the weights to be shown lack ${name}`);
      if (next.dtype !== 'float32' || next === this.current.get(name)) continue;
      tf.tidy(() => {
        variable.write(tf.tensor(next.data, [...next.shape], 'float32'));
      });
    }
    this.current = tensors;
  }

  /** The weights that are shown instead of those that the model was built with. */
  get changed(): Set<ModelVariable> {
    const others = [...this.variables].filter(([name]) => this.current.get(name) !== this.original.get(name));
    return new Set(others.map(([, variable]) => variable));
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** The swap that belongs to an open checkpoint. */
export function weightSwapOf(session: Session): Promise<WeightSwap> {
  return session.memo(
    'swap',
    () => WeightSwap.build(session.checkpoint),
    (swap) => swap.dispose(),
  );
}
