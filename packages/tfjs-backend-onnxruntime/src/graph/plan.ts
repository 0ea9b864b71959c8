import { isPending, type PendingValue, type Value } from './value';

/** What one flush computes. */
export interface Plan {
  /** All pending values needed, each after its inputs. */
  readonly order: readonly PendingValue[];
  /** Values with data that the order reads: the inputs of the graph. */
  readonly leaves: readonly Value[];
  /** Values that live on and must be fetched. */
  readonly outputs: readonly PendingValue[];
  /** Values of which each thread has a part, where several compute the plan: they are brought together before they are read. */
  readonly reduced: ReadonlySet<PendingValue>;
  /** Equal for plans of equal structure, whatever their data. */
  readonly key: string;
}

let visits = 0;

/** Collects what the given pending values need, in an order and under a key that depend on structure alone. */
export function planFlush(live: Iterable<PendingValue>): Plan {
  const outputs = [...live];
  const order = inDependencyOrder(outputs);
  const { leaves, key } = describe(order);
  const fetched = outputs.map((value) => value.index).join();
  const stored = leaves.map((leaf) => leaf.typeText).join('');
  return { order, leaves, outputs, reduced: new Set(), key: `${key}>${fetched}|${stored}` };
}

/** Depth first without recursion: a recorded chain may be thousands of nodes long. */
function inDependencyOrder(roots: readonly PendingValue[]): PendingValue[] {
  const visit = ++visits;
  const order: PendingValue[] = [];
  const stack: { value: PendingValue; next: number }[] = [];
  const enter = (value: PendingValue): void => {
    if (value.visit === visit) return;
    value.visit = visit;
    stack.push({ value, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.value.node.inputs[top.next++];
      if (input === undefined) {
        order.push(top.value);
        stack.pop();
      } else if (isPending(input)) {
        enter(input);
      }
    }
  }
  return order;
}

function describe(order: readonly PendingValue[]): { leaves: Value[]; key: string } {
  const visit = ++visits;
  const leaves: Value[] = [];
  let key = '';
  for (let position = 0; position < order.length; position++) {
    const value = order[position]!;
    value.index = position;
    key += `${value.node.signature}:`;
    for (const input of value.node.inputs) {
      if (input.node !== null) {
        key += `${input.index},`;
        continue;
      }
      if (input.visit !== visit) {
        input.visit = visit;
        input.index = leaves.length;
        leaves.push(input);
      }
      key += `L${input.index},`;
    }
  }
  return { leaves, key };
}
