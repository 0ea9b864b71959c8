import { createHash } from 'node:crypto';
import { inSteps, pauseUnless } from '../../pause';
import { inThreads, type JobListener } from '../../thread-job';
import { threadProgram } from '../../thread-program';
import type { Joined } from '../encode';
import { Counter } from './counter';
import { expectedBytes, packing, tensorsIn, type Packed, type PackedContent } from './pack';
import { decoding, PackedResult, packedSteps, type PackedJob } from './packing-job';
import { sharedBytes, tellCount, type SharedBytes } from './shared-bytes';

/** A packed file in memory, which is decoded again. */
export interface DecodedPacked {
  readonly packed: Packed;
  /** SHA-256 of the weights that were packed, hex. */
  readonly weightsHash: string;
  /** That of the weights that the file holds; undefined where it cannot be decoded. */
  readonly decodedHash: Promise<string | undefined>;
}

/** From so many bytes of weights on threads pack and decode: 4 MiB. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** Bytes that are read at a time. */
const READ = 4 * 1024 * 1024;

/** The program of threads for large weights. */
const PROGRAM = 'weights';

/**
 * Packs a model, and decodes the file: large weights in two threads, of which one decodes what the other has packed so far.
 * @param listener hears of bytes of weights, each twice; may cancel
 * @throws CancelledError
 */
export async function packAndDecode(
  content: PackedContent,
  weights: Joined,
  listener: JobListener,
): Promise<DecodedPacked> {
  if (weights.byteLength < LARGE_BYTES || threadProgram(PROGRAM) === undefined)
    return inThisThread(content, weights, listener);
  let room = expectedBytes(content.text.byteLength, weights.byteLength);
  for (;;) {
    const done = await inTwoThreads(content, weights, room, listener);
    if (done) return done;
    // Weights that take more than they do unpacked are rare.
    room *= 2;
  }
}

async function inThisThread(
  content: PackedContent,
  weights: Joined,
  { signal, advance = () => undefined }: JobListener,
): Promise<DecodedPacked> {
  const hash = createHash('sha256');
  const tensor = tensorsIn(content, weights);
  const hashed = (place: number): Uint8Array => {
    const bytes = tensor(place);
    hash.update(bytes);
    return bytes;
  };
  const packed = await inSteps(packing(content, hashed, { advance }), signal);
  const { bytes } = packed;
  const file = { bytes, moreThan: () => ({ count: bytes.byteLength, ended: true }) };
  const decoded = await inSteps(decoding(file, content.entries, advance), signal);
  return { packed, weightsHash: hash.digest('hex'), decodedHash: Promise.resolve(decoded.weightsHash) };
}

/** Returns undefined where the file takes more memory than there is. */
async function inTwoThreads(
  content: PackedContent,
  weights: Joined,
  room: number,
  { signal, advance }: JobListener,
): Promise<DecodedPacked | undefined> {
  const file = sharedBytes(room);
  const source = sharedBytes(Math.max(...content.lengths));
  const over = new AbortController();
  const listener = { signal: AbortSignal.any([over.signal, ...(signal ? [signal] : [])]), advance };
  const doJob = async (job: PackedJob, heard: (bytes: number) => void): Promise<PackedResult> => {
    const work = { program: PROGRAM, jobs: [job], steps: packedSteps, result: PackedResult };
    const [result] = await inThreads(work, { ...listener, advance: heard });
    return result!;
  };
  const report = (bytes: number): void => advance?.(bytes);
  const decoded = doJob({ kind: 'decode', entries: [...content.entries], file }, report);
  // It is waited for later.
  decoded.catch(() => undefined);
  const taken = new Counter();
  try {
    const { text, entries, lengths } = content;
    const job = {
      kind: 'pack' as const,
      content: { text, entries: [...entries], lengths: [...lengths] },
      source,
      file,
    };
    const [{ packed }, weightsHash] = await Promise.all([
      doJob(job, (bytes) => {
        taken.add(bytes);
        report(bytes);
      }).finally(() => taken.end()),
      putTensors(content, weights, source, taken, listener.signal),
    ]);
    if (!packed || weightsHash === undefined) {
      over.abort();
      return undefined;
    }
    const { length, ...parts } = packed;
    const bytes = file.bytes.subarray(0, length);
    return {
      packed: { bytes, ...parts },
      weightsHash,
      decodedHash: decoded.then((result) => result.decoded?.weightsHash),
    };
  } catch (error) {
    over.abort();
    throw error;
  }
}

/**
 * Puts the bytes of each tensor in memory once those of the one before are packed; returns the SHA-256 of all, hex; undefined
 * where packing ended before.
 */
async function putTensors(
  { lengths }: PackedContent,
  weights: Joined,
  source: SharedBytes,
  taken: Counter,
  signal: AbortSignal,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    if (!(await taken.atLeast(at))) return undefined;
    const tensor = source.bytes.subarray(0, length);
    const pieces = Array.from({ length: Math.ceil(length / READ) }, (_, k) =>
      tensor.subarray(k * READ, (k + 1) * READ),
    );
    for (const piece of pieces) {
      weights.fill(at, piece);
      at += piece.byteLength;
      await pauseUnless(signal);
    }
    tellCount(source, i + 1);
    for (const piece of pieces) {
      hash.update(piece);
      await pauseUnless(signal);
    }
  }
  return hash.digest('hex');
}
