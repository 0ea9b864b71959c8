import type { GraphLayer, GraphOperation } from '../model-graph';
import type { Operation, OperationGraph } from './read';

/**
 * Lists the operations of a GraphModel for a drawing, each after those that feed it. Constants, and operations on
 * constants alone, are left out: an operation that reads them belongs to their layer. Edges of loops lead forwards only.
 */
export function drawnOperations(
  { main: { operations, returns } }: OperationGraph,
  layers: readonly GraphLayer[],
): GraphOperation[] {
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  const layerOf = new Map(layers.flatMap(({ name, tensors }) => tensors.map(({ tensor }) => [tensor.name, name])));
  const ordered = inOrder(operations, byName);
  const isOutput = new Set(returns);
  /** The layer of the constants behind an operation that is left out. */
  const constants = new Map<string, string | undefined>();
  const places = new Map<string, number>();
  const drawn: GraphOperation[] = [];
  for (const { name, op, inputs } of ordered) {
    const fed = inputs.filter((input) => input !== undefined).filter((input) => byName.has(input));
    const known = fed.map((input) => constants.get(input)).find((layer) => layer !== undefined);
    if (op === 'Const' || (fed.length > 0 && fed.every((input) => constants.has(input)) && !isOutput.has(name))) {
      constants.set(name, layerOf.get(name) ?? known);
      continue;
    }
    const from = fed.flatMap((input) => places.get(input) ?? []);
    const end = isOutput.has(name) ? 'output' : op === 'Placeholder' ? 'input' : undefined;
    places.set(name, drawn.length);
    drawn.push({
      ...{ name, type: op, inputs: [...new Set(from)] },
      ...(known === undefined ? {} : { layer: known }),
      ...(end === undefined ? {} : { end }),
    });
  }
  return drawn;
}

/** Sorts operations so that each comes after those that feed it. An edge that closes a circle is not followed. */
function inOrder(operations: readonly Operation[], byName: ReadonlyMap<string, Operation>): Operation[] {
  const ordered: Operation[] = [];
  const seen = new Set<Operation>();
  for (const start of operations) {
    // A stack of its own, because a deep graph overflows that of the program.
    const stack: { operation: Operation; next: number }[] = [];
    const enter = (operation: Operation): void => {
      if (seen.has(operation)) return;
      seen.add(operation);
      stack.push({ operation, next: 0 });
    };
    enter(start);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const { operation } = top;
      if (top.next === operation.inputs.length) {
        ordered.push(operation);
        stack.pop();
        continue;
      }
      const input = operation.inputs[top.next++];
      const feeding = input === undefined ? undefined : byName.get(input);
      if (feeding) enter(feeding);
    }
  }
  return ordered;
}
