import type { Level } from './level';
import { place } from './place';

/** The thread in which a drawing is laid out: it answers each level with its places. */
globalThis.onmessage = ({ data }: MessageEvent<{ id: number; level: Level }>) => {
  globalThis.postMessage({ id: data.id, placed: place(data.level) });
};
