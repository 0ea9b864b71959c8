/** The part of WebAssembly that is used here: Node's types leave it to those of browsers, which Node does not have. */
declare namespace WebAssembly {
  type Module = object;
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  const Instance: new (module: Module) => { readonly exports: Readonly<Record<string, unknown>> };
}
