import type { Session } from '../checkpoint/store';
import type { ModelContent, Tensors } from '../checkpoint/types';
import { toLayersModel, type LayersModel } from './runnable';
import { variablesByTensor, type Binding, type ModelVariable } from './weights/binding';
import { tf } from '../tf';

/** A model that shows one set of weights after another without being built again. */
export class Stage {
  private shown: Tensors;
  private last: Promise<unknown> = Promise.resolve();
  private readonly variables: Binding;

  private constructor(
    private readonly model: LayersModel,
    private readonly original: Tensors,
  ) {
    this.shown = original;
    this.variables = variablesByTensor(model);
  }

  /** The caller disposes of it. @throws UserError where the model cannot be run */
  static async build(model: ModelContent): Promise<Stage> {
    return new Stage(await toLayersModel(model), model.tensors);
  }

  /** Runs `work` once all earlier work has ended. */
  exclusively<T>(work: (model: LayersModel) => Promise<T>): Promise<T> {
    const turn = this.last.then(() => work(this.model));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Gives the model the weights in `tensors`, all of the model; only those that differ from the ones it has are copied. */
  show(tensors: Tensors): void {
    for (const [name, variable] of this.variables) {
      const next = tensors.get(name);
      if (next === undefined) throw new Error(`the weights to be shown lack ${name}`);
      if (next.dtype !== 'float32' || next === this.shown.get(name)) continue;
      tf.tidy(() => {
        variable.write(tf.tensor(next.data, [...next.shape], 'float32'));
      });
    }
    this.shown = tensors;
  }

  /** The weights that are shown instead of those that the model was built with. */
  get changed(): Set<ModelVariable> {
    const others = [...this.variables].filter(([name]) => this.shown.get(name) !== this.original.get(name));
    return new Set(others.map(([, variable]) => variable));
  }

  dispose(): void {
    this.model.dispose();
  }
}

/** The stage that belongs to an open checkpoint. */
export function stageOf(session: Session): Promise<Stage> {
  return session.memo(
    'stage',
    () => Stage.build(session.checkpoint),
    (stage) => stage.dispose(),
  );
}
