import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DraftTensor, isView, ALL_REDUCE } from '../../src/encoding/draft';
import { ModelBuilder } from '../../src/encoding/model-builder';
import { splitIntoStages, type Stage, tensorBytes } from '../../src/encoding/stages';
import { planMemory } from '../../src/parallel/memory-plan';

/** Elements of small and of large tensors. Large ones are always outputs of their stage. */
const SIZES = [1, 64, 20_000, 40_000];

/**
 * One node: an operator, its inputs (by their distance, so any numbers will do), its size, and true if it is an output.
 */
interface Step {
  readonly operator: string;
  readonly reads: readonly [number, number];
  readonly size: number;
  readonly isOutput: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    operator: fc.constantFrom('Add', 'Mul', 'Relu', 'MatMul', 'Reshape', ALL_REDUCE),
    reads: fc.tuple(fc.nat(), fc.nat()),
    size: fc.constantFrom(...SIZES),
    isOutput: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Builds a graph of such nodes. Sizes are invented, but a view and a mean have the size of their input. */
function graphOf(recipe: readonly Step[]) {
  const builder = new ModelBuilder();
  const shapes = new Map<string, DraftTensor>();
  const add = (name: string, size: number): string => {
    shapes.set(name, { name, type: 'float32', shape: [size] });
    return name;
  };
  const values = [add(builder.input('input', 'float32', [64]), 64)];
  for (const { operator, reads, size, isOutput } of recipe) {
    const [first, second] = reads.map((back) => values[values.length - 1 - (back % values.length)]!) as [
      string,
      string,
    ];
    const source = shapes.get(first)!.shape[0]!;
    const keeps = operator === 'Reshape' || operator === ALL_REDUCE;
    const inputs = operator === 'Add' || operator === 'Mul' || operator === 'MatMul' ? [first, second] : [first];
    // An all-reduce needs a computed value.
    if (operator === ALL_REDUCE && first === 'input') continue;
    const name = add(builder.op(operator, inputs), keeps ? source : operator === 'Relu' ? source : size);
    values.push(name);
    if (isOutput) {
      const output = builder.output(name, 'float32', shapes.get(name)!.shape);
      if (output !== name) add(output, shapes.get(name)!.shape[0]!);
    }
  }
  const last = values.at(-1)!;
  const output = builder.output(last, 'float32', shapes.get(last)!.shape);
  if (!shapes.has(output)) add(output, shapes.get(last)!.shape[0]!);
  return { draft: builder.draft, shapes };
}

/** A graph of large values, and its memory plan. */
function largeGraph() {
  const builder = new ModelBuilder();
  const shapes = new Map<string, DraftTensor>();
  const large = (name: string): string => {
    shapes.set(name, { name, type: 'float32', shape: [20_000] });
    return name;
  };
  const memoryPlan = () => {
    const stages = splitIntoStages(builder.draft, (name) => shapes.get(name)!);
    const { tensors, bytes } = planMemory(stages, new Set(builder.draft.outputs.map(({ name }) => name)));
    return {
      stages,
      bytes,
      offsetOf: (name: string): number => tensors.find((tensor) => tensor.name === name)!.offset,
    };
  };
  return { builder, x: builder.input('x', 'float32', [20_000]), large, memoryPlan };
}

/** Shuffles the nodes of a stage into another order that their inputs allow. */
function shuffled(stage: Stage, random: () => number) {
  const waiting = [...stage.nodes];
  const made = new Set(stage.nodes.flatMap(({ outputs }) => outputs));
  const order: typeof waiting = [];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ inputs }) => inputs.every((name) => !made.has(name)));
    const next = ready[Math.floor(random() * ready.length)]!;
    waiting.splice(waiting.indexOf(next), 1);
    for (const name of next.outputs) made.delete(name);
    order.push(next);
  }
  return order;
}

describe('a graph in stages', () => {
  test('every stage has its inputs, and all outputs are computed', () => {
    fc.assert(
      fc.property(steps, (recipe) => {
        const { draft, shapes } = graphOf(recipe);
        const stages = splitIntoStages(draft, (name) => shapes.get(name)!);
        const known = new Set([...draft.inputs.map(({ name }) => name), ...draft.constants.map(({ name }) => name)]);
        const computed = new Set<string>();
        for (const { nodes, inputs, outputs, allReduces } of stages) {
          for (const { name } of inputs) expect(known).toContain(name);
          const here = new Set([...inputs.map(({ name }) => name), ...draft.constants.map(({ name }) => name)]);
          for (const node of nodes) {
            expect(node.operator).not.toBe(ALL_REDUCE);
            for (const name of node.inputs) expect(here).toContain(name);
            for (const name of node.outputs) here.add(name);
            // Views are repeated, all other values are computed once.
            if (!isView(node)) for (const name of node.outputs) expect(computed).not.toContain(name);
            for (const name of node.outputs) computed.add(name);
          }
          for (const { name } of outputs) {
            expect(here).toContain(name);
            known.add(name);
          }
          for (const { own, mean } of allReduces) {
            expect(known).toContain(own);
            known.add(mean);
          }
        }
        for (const { name } of draft.outputs) expect(known).toContain(name);
        const reduced = draft.nodes.filter(({ operator }) => operator === ALL_REDUCE);
        expect(stages.flatMap(({ allReduces }) => allReduces)).toHaveLength(reduced.length);
      }),
    );
  });

  test('nothing is overwritten before it is read, in any order of the nodes of a stage', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (recipe, numbers) => {
        const random = (): number => numbers.next().value as number;
        const { draft, shapes } = graphOf(recipe);
        const stages = splitIntoStages(draft, (name) => shapes.get(name)!);
        const elsewhere = new Set([...draft.inputs, ...draft.outputs].map(({ name }) => name));
        const { tensors, bytes } = planMemory(stages, elsewhere);
        const planned = new Map(tensors.map((tensor) => [tensor.name, tensor] as const));
        /** The values that the memory holds now. */
        let written: { name: string; from: number; to: number }[] = [];
        const write = (name: string): void => {
          const tensor = planned.get(name);
          if (tensor === undefined) return;
          const [from, to] = [tensor.offset, tensor.offset + tensorBytes(tensor)];
          expect(to).toBeLessThanOrEqual(bytes);
          written = [...written.filter((other) => other.to <= from || to <= other.from), { name, from, to }];
        };
        const read = (name: string): void => {
          if (planned.has(name)) expect(written.map((one) => one.name)).toContain(name);
        };
        for (const stage of stages) {
          const given = new Set(stage.outputs.map(({ name }) => name));
          const origins = new Map<string, string>();
          const origin = (name: string): string => origins.get(name) ?? name;
          for (const node of shuffled(stage, random)) {
            for (const name of node.inputs) read(origin(name));
            const isAlias = isView(node) && !given.has(node.outputs[0]!);
            if (isAlias) origins.set(node.outputs[0]!, origin(node.inputs[0]!));
            else for (const name of node.outputs) write(name);
          }
          for (const { own } of stage.allReduces) read(origin(own));
          for (const { mean } of stage.allReduces) write(mean);
        }
      }),
    );
  });

  test('a value overwrites its input if no later node reads it', () => {
    const { builder, x, large, memoryPlan } = largeGraph();
    const first = large(builder.op('Relu', [x]));
    const second = large(builder.op('Mul', [first, first]));
    const kept = large(builder.op('MatMul', [second, second]));
    const last = large(builder.op('Add', [kept, second]));
    const mean = large(builder.allReduce(last));
    builder.output(large(builder.op('Sub', [mean, kept])), 'float32', [20_000]);
    const { stages, offsetOf, bytes } = memoryPlan();
    expect(stages).toHaveLength(2);
    expect(offsetOf(second)).toBe(offsetOf(first));
    expect(offsetOf(kept)).not.toBe(offsetOf(second));
    expect(offsetOf(last)).toBe(offsetOf(second));
    expect(bytes).toBe(2 * 80_000);
  });

  test('of two inputs, a value overwrites the one that was computed first', () => {
    const { builder, x, large, memoryPlan } = largeGraph();
    const before = large(builder.op('MatMul', [x]));
    const first = large(builder.op('MatMul', [before, x]));
    const second = large(builder.op('MatMul', [first, x]));
    const sum = large(builder.op('Add', [second, first]));
    builder.output(large(builder.op('Relu', [large(builder.allReduce(sum))])), 'float32', [20_000]);
    const { offsetOf } = memoryPlan();
    expect(offsetOf(second)).toBeLessThan(offsetOf(first));
    expect(offsetOf(sum)).toBe(offsetOf(first));
  });

  test('a convolution overwrites its summand, unless that is its own image', () => {
    const { builder, x, large, memoryPlan } = largeGraph();
    const image = large(builder.op('MatMul', [x]));
    const added = large(builder.op('MatMul', [image, x]));
    const sum = large(builder.blocked('Conv', [image, x, '', added]));
    const twice = large(builder.blocked('Conv', [sum, x, '', large(builder.reshape(sum, [1, 20_000]))]));
    builder.output(large(builder.op('Relu', [large(builder.allReduce(twice))])), 'float32', [20_000]);
    const { offsetOf } = memoryPlan();
    expect(offsetOf(sum)).toBe(offsetOf(added));
    expect(offsetOf(twice)).not.toBe(offsetOf(sum));
  });
});
