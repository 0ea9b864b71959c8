import * as z from 'zod';
import { movedPlace, movedRecipe, type Move } from '../../disk/moved-references';
import { Recipe } from '../../protocol/recipe';

/** A run as it is stored over the end of the window. */
export const ActiveRun = z.object({
  id: z.string(),
  title: z.string(),
  recipe: Recipe,
  baseFolder: z.string(),
  out: z.string(),
});
export type ActiveRun = z.infer<typeof ActiveRun>;

/** The used part of a Memento. */
export interface KeyValueStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'activeRuns';

/** The list of active runs of this workspace. A run that is in it at the next start was interrupted. */
export class ActiveRuns {
  constructor(private readonly store: KeyValueStore) {}

  /** The stored runs. Entries in the format of another version are ignored. */
  list(): ActiveRun[] {
    const stored = this.store.get(KEY);
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((entry) => {
      const parsed = ActiveRun.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
  }

  async add(run: ActiveRun): Promise<void> {
    // One folder holds one run, so a new run replaces an interrupted one there.
    await this.store.update(KEY, [...this.list().filter(({ out }) => out !== run.out), run]);
  }

  async remove(id: string): Promise<void> {
    await this.store.update(
      KEY,
      this.list().filter((run) => run.id !== id),
    );
  }

  /** Notes that a folder has another place now. */
  async move(move: Move): Promise<void> {
    const moved = this.list().map((run) => ({
      ...run,
      baseFolder: movedPlace(run.baseFolder, move),
      out: movedPlace(run.out, move),
      recipe: movedRecipe(run.recipe, run.baseFolder, move),
    }));
    await this.store.update(KEY, moved);
  }
}
