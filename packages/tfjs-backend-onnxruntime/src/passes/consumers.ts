import type { Plan } from '../graph/plan';
import type { PendingValue, Value } from '../graph/value';

/** Who reads what within one plan. */
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

  /** The values computed from this one; one that reads it twice is listed twice. */
  of(value: Value): readonly PendingValue[] {
    return this.#readers.get(value) ?? [];
  }

  /** Whether the value is fetched, or brought together by threads, so that it must really be computed. */
  isOutput(value: Value): boolean {
    return this.#needed.has(value);
  }

  /** The only reader of a value that nobody else sees. */
  soleReader(value: Value): PendingValue | undefined {
    const readers = this.of(value);
    return readers.length === 1 && !this.isOutput(value) ? readers[0] : undefined;
  }
}
