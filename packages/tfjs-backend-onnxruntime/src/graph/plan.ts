import { isPending, type PendingValue, type Value } from './value';

/** The computation of one flush. */
export interface Plan {
  /** All pending values needed, each after its inputs. */
  readonly order: readonly PendingValue[];
  /** Values with data that the order reads: the inputs of the graph. */
  readonly leaves: readonly Value[];
  /** Values that tensors still refer to; they are fetched. */
  readonly outputs: readonly PendingValue[];
  /** Values that the workers all-reduce before they are read, if several workers compute the plan. */
  readonly reduced: ReadonlySet<PendingValue>;
  /** The structure of the plan as a string, independent of its data. */
  readonly key: string;
}

let visits = 0;

/** Plans the computation of pending values. Order and key depend on structure alone. */
export function planFlush(live: Iterable<PendingValue>): Plan {
  const outputs = [...live];
  const order = inDependencyOrder(outputs);
  const { leaves, key } = describe(order);
  const fetched = outputs.map((value) => value.index).join();
  const stored = leaves.map((leaf) => leaf.typeText).join('');
  return { order, leaves, outputs, reduced: new Set(), key: `${key}>${fetched}|${stored}` };
}

/** Depth first without recursion: a recorded chain may have thousands of nodes. */
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
