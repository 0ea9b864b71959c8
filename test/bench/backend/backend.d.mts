/** The prototype's interface, as far as the bench calls it. */
export { layers, tf } from '../../../src/engine/backend/tf';
export function install(options: { session: { intraOpNumThreads: number } }): void;
