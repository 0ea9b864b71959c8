import { UserError } from '../protocol/errors';

/** Returns the result of `work`, or the sentence of its UserError. */
export async function orWhyNot<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
