import { UserError } from '../../../protocol/errors';

/** @param what is wrong, as the end of a sentence */
export function damaged(what: string): UserError {
  return new UserError(`The model is described wrongly, so it cannot be read: ${what}. Convert it again.`);
}
