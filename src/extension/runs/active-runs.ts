import * as z from 'zod';
import { Recipe } from '../../protocol/recipe';

/** A run that was going on, as it is kept over the end of the window. */
export const ActiveRun = z.object({
  id: z.string(),
  title: z.string(),
  recipe: Recipe,
  baseFolder: z.string(),
  out: z.string(),
});
export type ActiveRun = z.infer<typeof ActiveRun>;

/** The part of a Memento that is needed. */
export interface KeyValueStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'activeRuns';

/** The list of runs that go on in this workspace; what is left in it at the next start was interrupted. */
export class ActiveRuns {
  constructor(private readonly store: KeyValueStore) {}

  /** Entries that an older version wrote in another shape are passed over. */
  list(): ActiveRun[] {
    const stored = this.store.get(KEY);
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((entry) => {
      const parsed = ActiveRun.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
  }

  async add(run: ActiveRun): Promise<void> {
    // One folder holds one run: a newer one takes the place of one that was interrupted there.
    await this.store.update(KEY, [...this.list().filter(({ out }) => out !== run.out), run]);
  }

  async remove(id: string): Promise<void> {
    await this.store.update(
      KEY,
      this.list().filter((run) => run.id !== id),
    );
  }
}
