/** The options of jSquash's WebAssembly codecs that are used here. */
interface JsquashOptions {
  readonly noInitialRun: boolean;
  readonly instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object;
  readonly print: (text: string) => void;
  readonly printErr: (text: string) => void;
}

/** RGBA. */
interface JsquashImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

declare module '@jsquash/jpeg/codec/dec/mozjpeg_dec.js' {
  const start: (
    options: JsquashOptions,
  ) => Promise<{ decode(bytes: Uint8Array, orient: boolean): JsquashImage | null }>;
  export default start;
}

declare module '@jsquash/webp/codec/dec/webp_dec.js' {
  const start: (options: JsquashOptions) => Promise<{ decode(bytes: Uint8Array): JsquashImage | null }>;
  export default start;
}
