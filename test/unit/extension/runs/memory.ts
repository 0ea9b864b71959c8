import type { KeyValueStore } from '../../../../src/extension/runs/active-runs';

/** A store in memory that keeps JSON, as VS Code's does. */
export function memory(content: Record<string, unknown> = {}): KeyValueStore {
  const kept = new Map(Object.entries(content).map(([key, value]) => [key, JSON.stringify(value)]));
  return {
    get(key) {
      const text = kept.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    update(key, value) {
      if (value === undefined) kept.delete(key);
      else kept.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
  };
}
