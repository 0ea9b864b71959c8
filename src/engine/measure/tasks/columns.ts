/** Copies `count` columns, from column `from`, of rows of `width` numbers. */
export function columnsOf(all: Float32Array, width: number, from: number, count: number): Float32Array {
  const rows = all.length / width;
  const own = new Float32Array(rows * count);
  for (let i = 0; i < rows; i++) own.set(all.subarray(i * width + from, i * width + from + count), i * count);
  return own;
}

/** Puts rows side by side. */
export function joined(
  parts: readonly { readonly values: Float32Array; readonly size: number }[],
  count: number,
): Float32Array {
  const width = parts.reduce((sum, { size }) => sum + size, 0);
  const all = new Float32Array(count * width);
  let from = 0;
  for (const { values, size } of parts) {
    for (let i = 0; i < count; i++) all.set(values.subarray(i * size, (i + 1) * size), i * width + from);
    from += size;
  }
  return all;
}
