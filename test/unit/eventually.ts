import { vi } from 'vitest';

/** Waits until a check passes; patient, because the machine may be busy with other things. */
export function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000 });
}
