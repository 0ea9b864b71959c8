/** The part of WebAssembly that this package uses. The types of Node leave it to those of browsers. */
declare global {
  namespace WebAssembly {
    type Module = object;
    const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
    class Memory<Buffer extends ArrayBufferLike = ArrayBuffer> {
      /** Sizes in pages of 64 KB. */
      constructor(size: { readonly initial: number; readonly maximum?: number; readonly shared?: boolean });
      readonly buffer: Buffer;
      /** Adds pages and returns the previous number of pages. */
      grow(pages: number): number;
    }
    type Imports = Readonly<Record<string, Readonly<Record<string, object>>>>;
    const Instance: new (module: Module, imports: Imports) => { readonly exports: Readonly<Record<string, unknown>> };
  }
}

export {};
