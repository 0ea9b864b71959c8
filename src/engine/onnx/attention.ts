import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { GraphTensor } from '../model/model-graph';
import type { OpOf } from '../model/op/op';
import type { Shape } from '../model/shape';
import { channelsLast, integers, NoOperator, scalar, type Value } from './values';

/** Parts of the name of a weight that tell the product to which it belongs. */
const PRODUCT = /(?:^|\/)(query|key|value|attention_output|output)(?:_dense)?(?=\/)/g;
/** The score that excludes a place from a softmax. */
const LEAST = -1e9;

type Product = 'query' | 'key' | 'value' | 'output';

/** A layer of attention. */
interface AttentionLayer {
  readonly name: string;
  readonly tensors: readonly GraphTensor[];
  /** True where a query sees no values behind its own place. */
  readonly causal: boolean;
  /** Shapes of its inputs, batch first; null where they are open. */
  readonly shapes: readonly (Shape | null)[];
}

/** Writes attention in several heads over series. @param inputs queries, values, and keys where they are not the values. @throws NoOperator */
export function emitAttention(
  file: OnnxFile,
  inputs: readonly Value[],
  op: OpOf<'multi-head-attention'>,
  { name, tensors, causal, shapes }: AttentionLayer,
): Value {
  const [query, value, key = value] = inputs.map((one) => channelsLast(file, one));
  if (!query || !value || !key || [query, value, key].some(({ rank }) => rank !== 3))
    throw new NoOperator('attends to other inputs than series');
  const { heads, keySize, valueSize } = op;
  if (heads === null || keySize === null || valueSize === null) throw new NoOperator('has heads of unknown sizes');
  const weights = productsOf(tensors);
  const product = (input: string, which: Product, columns: number, own: string): string => {
    const { kernel, bias } = weights.get(which)!;
    const shape = [kernel.length / columns, columns];
    const taken = [input, file.constant(`${name}/${which}/kernel`, 'float32', shape, kernel)];
    const sums = file.node('MatMul', taken, {}, own);
    if (!bias) return sums;
    return file.node('Add', [sums, file.constant(`${name}/${which}/bias`, 'float32', [columns], bias)], {}, own);
  };
  const reshaped = (input: string, own: string, sizes: readonly number[]): string =>
    // A size of 0 is that of the input.
    file.node('Reshape', [input, integers(file, `${own}/shape`, [0, 0, ...sizes])], {}, own);
  const split = (input: Value, which: Product, size: number, perm: readonly number[]): string => {
    const made = reshaped(product(input.name, which, heads * size, `${name}/${which}`), `${name}/${which}/heads`, [heads, size]); // prettier-ignore
    return file.node('Transpose', [made], { perm }, `${name}/${which}/by_head`);
  };
  const queries = split(query, 'query', keySize, [0, 2, 1, 3]);
  const scaled = file.node(
    'Mul',
    [queries, scalar(file, `${name}/scale`, 1 / Math.sqrt(keySize))],
    {},
    `${name}/scaled`,
  );
  const fits = file.node('MatMul', [scaled, split(key, 'key', keySize, [0, 2, 3, 1])], {}, `${name}/scores`);
  const scores = causal ? file.node('Add', [fits, hiddenBy(file, name, shapes)], {}, `${name}/causal`) : fits;
  const shares = file.node('Softmax', [scores], { axis: -1 }, `${name}/shares`);
  const means = file.node('MatMul', [shares, split(value, 'value', valueSize, [0, 2, 1, 3])], {}, `${name}/means`);
  const joined = reshaped(
    file.node('Transpose', [means], { perm: [0, 2, 1, 3] }, `${name}/by_place`),
    `${name}/joined`,
    [heads * valueSize],
  );
  const output = op.output ?? [weights.get('output')!.kernel.length / (heads * valueSize)];
  const columns = output.reduce((all, size) => all * size, 1);
  const made = product(joined, 'output', columns, name);
  if (output.length === 1) return { name: made, rank: 3, order: 'last' };
  return { name: reshaped(made, `${name}/shaped`, output), rank: 2 + output.length, order: 'last' };
}

interface Weights {
  readonly kernel: Float32Array;
  readonly bias: Float32Array | undefined;
}

/** Finds the kernel and the bias of each product by their names. @throws NoOperator */
function productsOf(tensors: readonly GraphTensor[]): Map<Product, Weights> {
  const found = new Map<string, Float32Array>();
  for (const { tensor, role } of tensors) {
    const which = [...tensor.name.matchAll(PRODUCT)].at(-1)?.[1]?.replace('attention_', '');
    const key = `${which ?? '?'} ${role}`;
    if (which === undefined || found.has(key) || !(tensor.data instanceof Float32Array))
      throw new NoOperator('has weights whose products are unknown');
    found.set(key, tensor.data);
  }
  const products = (['query', 'key', 'value', 'output'] as const).map((which): [Product, Weights] => {
    const kernel = found.get(`${which} kernel`);
    if (!kernel) throw new NoOperator('has weights whose products are unknown');
    return [which, { kernel, bias: found.get(`${which} bias`) }];
  });
  return new Map(products);
}

/** Adds a table that hides the values behind the place of each query. @throws NoOperator */
function hiddenBy(file: OnnxFile, name: string, [query, value]: AttentionLayer['shapes']): string {
  const [rows, columns] = [query?.[1], value?.[1]];
  if (rows == null || columns == null) throw new NoOperator('has a causal mask over an open number of steps');
  const table = Float32Array.from({ length: rows * columns }, (_, i) => (i % columns > Math.floor(i / columns) ? LEAST : 0)); // prettier-ignore
  return file.constant(`${name}/hidden`, 'float32', [rows, columns], table);
}
