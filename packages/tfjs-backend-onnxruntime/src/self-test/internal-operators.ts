import { type InternalOperators, STANDARD_OPERATORS } from '../emit/internal-operators';
import { emitModel } from '../emit/model';
import { sizeOf, toNativeArray } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import { sessionOptions } from '../binding/session-options';
import type { NativeTensor, OnnxRuntime } from '../binding/types';
import { ScalarSlots } from '../sessions/scalar-slots';
import { blockedGraph, stackedProductGraph } from './graphs';

const BLOCKS = [16, 8];
/** Graphs for several threads use more forms of operations. */
const SHARED_BY = 2;
/** Two orders of summation differ by far less, wrong results by far more. */
const TOLERANCE = 1e-3;

/** The operators that work, by the library that was tested: a library does not change while its process lives. */
const tested = new WeakMap<OnnxRuntime, InternalOperators>();

/**
 * Finds the internal operators of ONNX Runtime that work here. They are not public, and the blocked ones depend on the
 * vector unit. So each graph is computed with them and with standard operators, and the results must agree. Each
 * library is tested once.
 *
 * @param log receives one sentence for each kind of operator that is absent or wrong
 */
export function findInternalOperators(runtime: OnnxRuntime, log: (message: string) => void): InternalOperators {
  let operators = tested.get(runtime);
  if (operators === undefined) {
    operators = testOperators(runtime);
    tested.set(runtime, operators);
  }
  if (operators.block === 0)
    log('The blocked convolutions of ONNX Runtime are missing or wrong on this machine: standard ones are used.');
  if (!operators.fusedMatMul)
    log('The fused matrix product of ONNX Runtime is missing or wrong on this machine: the standard one is used.');
  return operators;
}

function testOperators(runtime: OnnxRuntime): InternalOperators {
  const block = BLOCKS.find((size) => agree(runtime, blockedGraph(size), { block: size, fusedMatMul: false })) ?? 0;
  const fusedMatMul = agree(runtime, stackedProductGraph(), { block: 0, fusedMatMul: true });
  return { block, fusedMatMul };
}

function agree(runtime: OnnxRuntime, plan: Plan, operators: InternalOperators): boolean {
  const expected = compute(runtime, plan, STANDARD_OPERATORS);
  try {
    const actual = compute(runtime, plan, operators);
    return expected.every((values, k) => {
      return values.every((value, i) => Math.abs(value - actual[k]![i]!) <= TOLERANCE * Math.max(1, Math.abs(value)));
    });
  } catch {
    return false; // The processor or this build lacks these operators.
  }
}

function compute(runtime: OnnxRuntime, plan: Plan, operators: InternalOperators): Float32Array[] {
  const { bytes, feeds, outputs } = emitModel(plan, new ScalarSlots(plan.leaves), operators, SHARED_BY);
  const inputs: Record<string, NativeTensor> = {};
  for (const { leaf, name } of feeds) {
    const { data, shape } = plan.leaves[leaf]!;
    inputs[name] = runtime.createTensor('float32', toNativeArray('float32', data!), shape);
  }
  const fetches: Record<string, NativeTensor> = {};
  const results = plan.outputs.map(({ shape }, i) => {
    const result = new Float32Array(sizeOf(shape));
    fetches[outputs[i]!] = runtime.createTensor('float32', result, shape);
    return result;
  });
  // No optimization: it would turn standard operators into internal ones.
  const session = runtime.createSession(bytes, { ...sessionOptions(1), graphOptimizationLevel: 'disabled' });
  try {
    session.run(inputs, fetches, {});
  } finally {
    session.dispose();
  }
  return results;
}
