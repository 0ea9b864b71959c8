import source from 'worker:./worker';
import type { Level, PlacedLevel } from './level';

let worker: Worker | undefined;
let count = 0;
const waiting = new Map<number, { done: (placed: PlacedLevel) => void; failed: (reason: Error) => void }>();

function start(): Worker {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const started = new Worker(address);
  URL.revokeObjectURL(address);
  started.onmessage = ({ data }: MessageEvent<{ id: number; placed: PlacedLevel }>) => {
    waiting.get(data.id)?.done(data.placed);
    waiting.delete(data.id);
  };
  started.onerror = (event) => {
    for (const { failed } of waiting.values()) failed(new Error(`The graph could not be laid out: ${event.message}.`));
    waiting.clear();
    worker = undefined;
  };
  return started;
}

/** Lays out a drawing in a worker; a newer one ends an older one that takes long. */
export function layOut(level: Level): Promise<PlacedLevel> {
  worker ??= start();
  const id = ++count;
  worker.postMessage({ id, level });
  return new Promise((done, failed) => waiting.set(id, { done, failed }));
}
