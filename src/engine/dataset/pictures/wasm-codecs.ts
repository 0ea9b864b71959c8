import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import startJpeg from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import startWebp from '@jsquash/webp/codec/dec/webp_dec.js';
import type { Pixels } from './picture';
import { withoutAlpha } from './color';

/** A failure of a codec, with its messages. */
export class CodecFailure extends Error {}

interface Running {
  readonly decode: (bytes: Uint8Array) => JsquashImage | null;
  /** Messages of the codec since they were last cleared. */
  readonly complaints: string[];
}

/** A codec as WebAssembly. It is compiled once, and restarted after each failure, which may leave it in any state. */
class WasmCodec<T> {
  private module: Promise<WebAssembly.Module> | undefined;
  private running: Promise<Running> | undefined;

  constructor(
    private readonly start: (options: JsquashOptions) => Promise<T>,
    private readonly ask: (codec: T, bytes: Uint8Array) => JsquashImage | null,
    private readonly wasm: string,
  ) {}

  /** Decodes the pixels as displayed. @throws CodecFailure */
  async decode(bytes: Uint8Array): Promise<JsquashImage> {
    const { decode, complaints } = await (this.running ??= this.started());
    complaints.length = 0;
    try {
      const image = decode(bytes);
      // A codec may decode a damaged file to gray pixels; it reports the damage and goes on.
      if (image && complaints.length === 0) return image;
    } catch (error) {
      complaints.push(error instanceof Error ? error.message : String(error));
    }
    this.running = undefined;
    throw new CodecFailure(complaints[0] ?? 'unknown');
  }

  private async started(): Promise<Running> {
    const module = await (this.module ??= compiled(this.wasm));
    const complaints: string[] = [];
    const complain = (text: string): void => void complaints.push(text);
    const codec = await this.start({
      noInitialRun: true,
      print: complain,
      printErr: complain,
      instantiateWasm: (imports, done) => {
        const instance = new WebAssembly.Instance(module, imports);
        done(instance);
        return instance.exports;
      },
    });
    return { decode: (bytes) => this.ask(codec, bytes), complaints };
  }
}

/** Finds the file beside the bundle, else in the package. */
async function compiled(wasm: string): Promise<WebAssembly.Module> {
  const beside = path.join(path.dirname(fileURLToPath(import.meta.url)), path.basename(wasm));
  const file = existsSync(beside) ? beside : createRequire(import.meta.url).resolve(wasm);
  return new WebAssembly.Module(await readFile(file));
}

const jpeg = new WasmCodec(
  startJpeg,
  (codec, bytes) => codec.decode(bytes, true),
  '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
);
const webp = new WasmCodec(startWebp, (codec, bytes) => codec.decode(bytes), '@jsquash/webp/codec/dec/webp_dec.wasm');

/** @throws CodecFailure */
export async function decodeJpeg(bytes: Uint8Array, channels: 1 | 3): Promise<Pixels> {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(Uint8Array.of(0xff, 0xd9));
  if (end < 0) throw new CodecFailure('the end is missing');
  return withoutAlpha(await jpeg.decode(bytes), channels);
}

/** @throws CodecFailure */
export const decodeWebp = async (bytes: Uint8Array): Promise<Pixels> => withoutAlpha(await webp.decode(bytes), 3);
