import type { Plan } from '../graph/plan';
import type { PendingValue, Value } from '../graph/value';

/** The readers of each value within one plan. */
export class Consumers {
  readonly #readers = new Map<Value, PendingValue[]>();
  readonly #needed: ReadonlySet<Value>;

  constructor(plan: Plan) {
    this.#needed = new Set([...plan.outputs, ...plan.reduced]);
    for (const value of plan.order) {
      for (const input of value.node.inputs) {
        const readers = this.#readers.get(input);
        if (readers) readers.push(value);
        else this.#readers.set(input, [value]);
      }
    }
  }

  /** Returns the values computed from this one; a value that reads it twice is listed twice. */
  of(value: Value): readonly PendingValue[] {
    return this.#readers.get(value) ?? [];
  }

  /** True if the value is fetched or all-reduced, so that it must be computed. */
  isOutput(value: Value): boolean {
    return this.#needed.has(value);
  }

  /** Returns the only reader of a value that is no output; undefined otherwise. */
  soleReader(value: Value): PendingValue | undefined {
    const readers = this.of(value);
    return readers.length === 1 && !this.isOutput(value) ? readers[0] : undefined;
  }
}
