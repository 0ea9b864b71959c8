import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startPlayground, type Playground } from './start-playground';

/**
 * Starts a playground for the tests of a file and ends it after them. The page may break its security policy in none of them.
 * @param prefix begins the name of the folder
 * @returns the playground, of which nothing can be used before the first test
 */
export function playgroundOfFile(prefix: string): Omit<Playground, 'end'> {
  let started: Playground | undefined;
  const now = (): Playground => {
    if (!started) throw new Error('The playground has not started.');
    return started;
  };
  beforeAll(async () => {
    started = await startPlayground(prefix);
  });
  afterEach(async () => {
    expect(await now().page.evaluate('window.violations')).toEqual([]);
  });
  afterAll(() => started?.end());
  return {
    get folder() {
      return now().folder;
    },
    get served() {
      return now().served;
    },
    get page() {
      return now().page;
    },
    renew: () => now().renew(),
    open: (...args) => now().open(...args),
    tab: (name) => now().tab(name),
    element: (testId) => now().element(testId),
    asked: (method) => now().asked(method),
  };
}
