import { Random } from '../../dataset/random';
import { tf } from '../../tf';
import type { AdamState } from '../adam';
import { copyOf, type TrainedWeight } from '../slot';
import { attentionLoss, hintLoss } from './losses';
import type { HiddenTeaching, Lesson } from './rows';

/** Separates the first values of regressors from other uses of the same seed. */
const REGRESSOR_STREAM = 0x4e6e75;

/** The regressor of a pair: trained beside the student, and thrown away after it. */
interface OwnRegressor {
  readonly kernel: TrainedWeight & { readonly variable: tf.Variable<tf.Rank.R2> };
  readonly bias: TrainedWeight & { readonly variable: tf.Variable<tf.Rank.R1> };
}

/** The side of a student in hidden teaching: a linear map for each hint, and the loss. */
export class HiddenLearner {
  readonly #regressors: ReadonlyMap<number, OwnRegressor>;

  /**
   * @param scales for each lesson, the factor that makes its loss comparable: 1 over the mean square of a hint
   * @param seeds of the first values of regressors
   * @param saved the state from which training goes on
   */
  constructor(
    private readonly teaching: HiddenTeaching,
    private readonly lessons: readonly Lesson[],
    private readonly scales: readonly number[],
    seeds: readonly number[],
    saved?: AdamState,
  ) {
    const known = new Map(saved?.slots.flatMap(({ name, shadow }) => (shadow ? [[name, shadow] as const] : [])));
    this.#regressors = new Map(
      lessons.flatMap(({ kind, pair }) => (kind === 'hint' ? [[pair, this.#regressor(pair, seeds, known)]] : [])),
    );
  }

  /** Names of the student's layers whose outputs the loss takes, one for each pair. */
  get layers(): readonly string[] {
    return this.teaching.pairs.map(({ student }) => student);
  }

  /** The weights that are trained beside those of the student. */
  get weights(): readonly TrainedWeight[] {
    return [...this.#regressors.values()].flatMap(({ kernel, bias }) => [kernel, bias]);
  }

  /**
   * Computes the weighted sum of the mean loss of the hints and of the attentions. Call it within a tidy.
   * @param outputs of the student's layers, one for each pair
   * @param rows of the teacher, one for each lesson
   */
  loss(outputs: readonly tf.Tensor[], rows: readonly tf.Tensor2D[]): tf.Scalar {
    const { hints, attention } = this.teaching;
    const counts = { hint: this.#count('hint'), attention: this.#count('attention') };
    return this.lessons
      .map(({ kind, pair }, i): tf.Scalar => {
        const [output, row] = [outputs[pair]!, rows[i]!];
        const weight = ((kind === 'hint' ? hints : attention) / counts[kind]) * this.scales[i]!;
        return tf.mul(kind === 'hint' ? this.#hint(pair, output, row) : attentionLoss(output, row), weight);
      })
      .reduce((sum, term) => tf.add(sum, term));
  }

  /** Adds the values of the regressors to the state of an optimizer, from which a later learner goes on. */
  async save(state: AdamState): Promise<AdamState> {
    const values = new Map<string, Float32Array>();
    for (const { name, variable } of this.weights) values.set(name, await copyOf(variable));
    const slots = state.slots.map((slot) => {
      const shadow = values.get(slot.name);
      return shadow ? { ...slot, shadow } : slot;
    });
    return { ...state, slots };
  }

  dispose(): void {
    for (const { variable } of this.weights) variable.dispose();
  }

  #count(kind: Lesson['kind']): number {
    return this.lessons.filter((lesson) => lesson.kind === kind).length;
  }

  #hint(pair: number, output: tf.Tensor, row: tf.Tensor2D): tf.Scalar {
    const { kernel, bias } = this.#regressors.get(pair)!;
    return hintLoss(output, row, { kernel: kernel.variable, bias: bias.variable });
  }

  /** Glorot's rule begins the kernel. */
  #regressor(pair: number, seeds: readonly number[], known: ReadonlyMap<string, Float32Array>): OwnRegressor {
    const { student, teacher } = this.teaching.pairs[pair]!.widths;
    const named = (part: string) => `#hint ${pair + 1} ${part}`;
    const random = new Random(REGRESSOR_STREAM, ...seeds, pair);
    const limit = Math.sqrt(6 / (student + teacher));
    const drawn = Float32Array.from({ length: student * teacher }, () => ((2 * random.uint32()) / 2 ** 32 - 1) * limit);
    return tf.tidy(() => ({
      kernel: {
        name: named('kernel'),
        variable: tf.variable(tf.tensor2d(known.get(named('kernel')) ?? drawn, [student, teacher])),
      },
      bias: {
        name: named('bias'),
        variable: tf.variable(tf.tensor1d(known.get(named('bias')) ?? new Float32Array(teacher))),
      },
    }));
  }
}
