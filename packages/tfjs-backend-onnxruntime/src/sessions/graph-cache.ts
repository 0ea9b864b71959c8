import type { Plan } from '../graph/plan';
import { type Disposable, LruCache } from './lru-cache';
import { ScalarSlots } from './scalar-slots';

const GRAPHS_KNOWN = 1024;
/**
 * The newest three graphs always stay: training, a teacher and evaluation alternate and must not be recompiled each
 * time.
 */
const GRAPHS_ALTERNATING = 3;

/** Number of compilations, and the milliseconds that they took. */
export interface CompileStats {
  compiles: number;
  compileMs: number;
}

type Kind<Graph> = abstract new (...args: never[]) => Graph;

/** Keeps the graphs used last, of any kind, as long as the numbers baked into them stay the same. */
export class GraphCache {
  readonly #graphs: LruCache<Disposable>;
  readonly #slots = new LruCache<ScalarSlots>(GRAPHS_KNOWN, Number.POSITIVE_INFINITY);

  /** @param compiled called after each compilation */
  constructor(
    maxGraphs: number,
    maxBytes: number,
    readonly stats: CompileStats,
    readonly compiled: () => void,
  ) {
    this.#graphs = new LruCache(maxGraphs, maxBytes, GRAPHS_ALTERNATING);
  }

  get size(): number {
    return this.#graphs.size;
  }

  get bytes(): number {
    return this.#graphs.bytes;
  }

  /**
   * Returns the graph of this kind for a plan; compiles it if it is missing.
   *
   * @param division the division among workers and micro-batches, as a part of the key
   */
  find<Graph extends Disposable>(
    plan: Plan,
    division: string,
    kind: Kind<Graph>,
    compile: (slots: ScalarSlots) => Graph,
  ): Graph {
    const key = `${division} ${plan.key}`;
    let slots = this.#slots.get(key);
    if (slots === undefined) {
      slots = new ScalarSlots(plan.leaves);
      this.#slots.set(key, slots);
    } else if (slots.promoteChanged(plan.leaves)) {
      this.#graphs.delete(key);
    }
    const known = this.#graphs.get(key);
    if (known instanceof kind) return known;
    const start = performance.now();
    const graph = compile(slots);
    this.stats.compiles++;
    this.stats.compileMs += performance.now() - start;
    this.#graphs.set(key, graph);
    this.compiled();
    return graph;
  }

  clear(): void {
    this.#graphs.clear();
    this.#slots.clear();
  }
}
