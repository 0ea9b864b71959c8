import type { Session } from '../checkpoint/store';
import type { ModelContent, Tensors } from '../checkpoint/types';
import type { Network } from './network';
import { toNetwork } from './runnable';
import { tf } from '../tf';

/** A running network whose weights can be swapped without building it again. */
export class WeightSwap {
  private current: Tensors;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly network: Network,
    private readonly original: Tensors,
  ) {
    this.current = original;
  }

  /** Builds the network. The caller disposes of it. @throws UserError where the model cannot run */
  static async build(model: ModelContent): Promise<WeightSwap> {
    return new WeightSwap(await toNetwork(model), model.tensors);
  }

  /** Runs `work` after all earlier work has ended. */
  exclusively<T>(work: (network: Network) => Promise<T>): Promise<T> {
    const turn = this.last.then(() => work(this.network));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Sets the weights of the network to `tensors`, which holds all of the model. Copies only those that have changed. */
  set(tensors: Tensors): void {
    for (const { name, variable } of this.network.variables.values()) {
      const next = tensors.get(name);
      if (next === undefined) throw new Error(`the weights to be shown lack ${name}`);
      if (next.dtype !== 'float32' || next === this.current.get(name)) continue;
      tf.tidy(() => {
        variable.assign(tf.tensor(next.data, [...next.shape], 'float32'));
      });
    }
    this.current = tensors;
  }

  /** Names of the weights that differ from those with which the network was built. */
  get changed(): Set<string> {
    const names = [...this.network.variables.keys()];
    return new Set(names.filter((name) => this.current.get(name) !== this.original.get(name)));
  }

  dispose(): void {
    this.network.dispose();
  }
}

/** Returns the swap that belongs to an open checkpoint. */
export function weightSwapOf(session: Session): Promise<WeightSwap> {
  return session.memo(
    'swap',
    () => WeightSwap.build(session.checkpoint),
    (swap) => swap.dispose(),
  );
}
