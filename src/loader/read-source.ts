import { refuse } from './refuse';
import type { PackedOptions, PackedSource } from './public';

/** The file system of Node.js, where it is. */
const filesOf = ({ process }: { process?: Partial<NodeJS.Process> }) => process?.getBuiltinModule?.('fs');

/** Reads a file from an address or, in Node.js, from the disk. @throws Error where it cannot be read */
export async function readSource(
  source: PackedSource,
  { onProgress, requestInit }: PackedOptions,
): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  // No import, which would trouble programs that bundle for browsers.
  const fs = filesOf(globalThis);
  if (fs && !/^(https?|data|blob):/.test(String(source))) return fs.promises.readFile(source);
  const response = await fetch(source, requestInit);
  if (!response.ok) refuse(`Cannot fetch "${String(source)}": ${response.status}.`);
  const total = Number(response.headers.get('content-length'));
  const reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> = response.body!.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    onProgress?.((bytes += value.length), total);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
