/** Value types of WebAssembly. */
export const WASM_TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type WasmType = keyof typeof WASM_TYPES;

/** A function of a WebAssembly module. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly WasmType[];
  readonly locals: readonly WasmType[];
  /** Instructions, without the closing `end`. */
  readonly body: readonly number[];
}

/** Bytes in a page of memory. */
export const PAGE_BYTES = 65_536;
const NO_RESULT_BLOCK = 0x40;
const END = 0x0b;

/** An unsigned LEB128 number. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

/** A signed LEB128 number that is not negative. */
const constant = (value: number): number[] => {
  const bytes = unsigned(value);
  return bytes.at(-1)! & 64 ? [...bytes.slice(0, -1), bytes.at(-1)! | 128, 0] : bytes;
};

/** Minimum and maximum pages of a memory. */
const PAGES = [1, 65_536] as const;
/** The flag for the limits of shared memory, which has a maximum. */
const SHARED_LIMITS = 3;

const simd = (code: number): number[] => [0xfd, ...unsigned(code)];
/** A memory instruction with an alignment of 16 bytes. */
const memory = (code: number): number[] => [...simd(code), 4, 0];

/** The instructions that this package uses. */
export const wasm = {
  get: (local: number): number[] => [0x20, ...unsigned(local)],
  set: (local: number): number[] => [0x21, ...unsigned(local)],
  i32: (value: number): number[] => [0x41, ...constant(value)],
  addIntegers: [0x6a],
  isLess: [0x49],
  /** Repeats the instructions while they leave a number other than 0 on the stack. */
  repeatWhile: (body: readonly number[]): number[] => [0x03, NO_RESULT_BLOCK, ...body, 0x0d, 0, END],
  load: memory(0),
  store: memory(11),
  splat: simd(0x13),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  multiply: simd(0xe6),
  divide: simd(0xe7),
} as const;

/** Encodes a module that exports one function and imports its memory as `host.memory` (WebAssembly 2.0, threads). */
export function wasmModule(one: WasmFunction, shared: boolean): Uint8Array<ArrayBuffer> {
  const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
  const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
  const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)];
  const types = one.parameters.map((type) => [WASM_TYPES[type]]);
  const locals = one.locals.map((type) => [1, WASM_TYPES[type]]);
  const code = [...list(locals), ...one.body, END];
  const limits = shared ? [SHARED_LIMITS, ...unsigned(PAGES[0]), ...unsigned(PAGES[1])] : [0, ...unsigned(PAGES[0])];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list(types), 0]])),
    ...section(2, list([[...text('host'), ...text('memory'), 2, ...limits]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...text(one.name), 0, 0]])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ]);
}
