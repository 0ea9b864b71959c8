import * as z from 'zod';
import { tf } from '../../../tf';
import { firstShape, only, OwnLayer, type Given, type Shapes } from './own-layer';

const Width = z.number().int().min(0);
const Pair = z.tuple([Width, Width]);
const Widths = z.union([Width, z.array(z.union([Width, Pair]))]).default(1);
const Settings = z.object({ padding: Widths, cropping: Widths, dataFormat: z.string().nullish() });

/** Adds zeros to both ends of each axis of places, or takes places away, along one axis or three. */
abstract class Margins extends OwnLayer<z.output<typeof Settings>> {
  constructor(
    given: tf.serialization.ConfigDict,
    protected readonly rank: number,
  ) {
    super(given, Settings);
    if (/first$/i.test(this.settings.dataFormat ?? '')) this.refuse('takes channels that come first');
  }

  /** Both ends of each axis, batch and channels included. */
  protected ends(widths: z.output<typeof Widths>): [number, number][] {
    const listed = typeof widths === 'number' ? Array.from({ length: this.rank }, () => widths) : widths;
    // One axis has its two ends side by side.
    const pairs =
      this.rank === 1 && listed.length === 2 ? [listed] : listed.map((one) => [one, one].flat().slice(0, 2));
    const read = z.array(Pair).length(this.rank).safeParse(pairs);
    return [[0, 0], ...(read.data ?? this.refuse('has margins that do not fit its input')), [0, 0]];
  }

  protected sized(shapes: Shapes, change: (size: number, axis: number) => number): Shapes {
    const shape = firstShape(shapes);
    if (shape.length !== this.rank + 2)
      this.refuse(`takes an input of ${shape.length} axes instead of ${this.rank + 2}`);
    return shape.map((size, axis) => (size === null ? null : change(size, axis)));
  }
}

for (const rank of [1, 3]) {
  tf.serialization.registerClass(
    class extends Margins {
      static readonly className = `ZeroPadding${rank}D`;
      constructor(given: tf.serialization.ConfigDict) {
        super(given, rank);
      }
      override computeOutputShape(shapes: Shapes): Shapes {
        const ends = this.ends(this.settings.padding);
        return this.sized(shapes, (size, axis) => size + ends[axis]![0] + ends[axis]![1]);
      }
      override call(given: Given): tf.Tensor {
        return tf.pad(only(given), this.ends(this.settings.padding));
      }
    },
  );
  tf.serialization.registerClass(
    class extends Margins {
      static readonly className = `Cropping${rank}D`;
      constructor(given: tf.serialization.ConfigDict) {
        super(given, rank);
      }
      override computeOutputShape(shapes: Shapes): Shapes {
        const ends = this.ends(this.settings.cropping);
        return this.sized(shapes, (size, axis) => size - ends[axis]![0] - ends[axis]![1]);
      }
      override call(given: Given): tf.Tensor {
        const x = only(given);
        const ends = this.ends(this.settings.cropping);
        const begin = ends.map(([first]) => first);
        return tf.slice(x, begin, x.shape.map((size, axis) => size - ends[axis]![0] - ends[axis]![1])); // prettier-ignore
      }
    },
  );
}
