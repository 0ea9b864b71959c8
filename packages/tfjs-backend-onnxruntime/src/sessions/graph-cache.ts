import type { Plan } from '../graph/plan';
import { type Disposable, LruCache } from './lru-cache';
import { ScalarSlots } from './scalar-slots';

const GRAPHS_KNOWN = 1024;
/** Training, a teacher and evaluation take turns: however large they are, none of them is compiled anew for that. */
const GRAPHS_ALTERNATING = 3;

/** What was compiled, and how long that took. */
export interface CompileStats {
  compiles: number;
  compileMs: number;
}

type Kind<Graph> = abstract new (...args: never[]) => Graph;

/** Keeps the graphs used last, of whatever kind, as long as the numbers baked into them stay. */
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
   * The graph of this kind for a plan, compiled if it is not there.
   * @param division how it is run by several threads, or in turns
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
