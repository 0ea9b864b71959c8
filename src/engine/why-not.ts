import { UserError } from '../protocol/errors';

/** What `work` comes to; the sentence where it cannot be done. */
export async function orWhyNot<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
