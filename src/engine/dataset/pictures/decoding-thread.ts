/** The program of the threads that decode pictures, in a bundle of its own. */
import { parentPort } from 'node:worker_threads';
import { UserError } from '../../../protocol/errors';
import { decodePicture } from './decode';
import { formed } from './form';
import { DecodingOrder, type DecodingReply } from './decoding-messages';

async function answer(message: unknown): Promise<DecodingReply> {
  const { id, bytes, form, ...picture } = DecodingOrder.parse(message);
  try {
    const read = (): Promise<Uint8Array> => Promise.resolve(bytes);
    const { data } = formed(await decodePicture({ ...picture, stamp: () => '', read }), form);
    return { id, kind: 'pixels', pixels: new Uint8Array(data) };
  } catch (error) {
    if (error instanceof UserError) return { id, kind: 'refused', sentence: error.message };
    return { id, kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (message: unknown) => {
  void answer(message).then((reply) => {
    parentPort?.postMessage(reply, reply.kind === 'pixels' ? [reply.pixels.buffer] : []);
  });
});
