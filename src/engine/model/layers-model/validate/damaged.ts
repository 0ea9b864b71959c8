import { UserError } from '../../../../protocol/errors';

/** Makes the error for a damaged model. @param what the fault, as a clause: `two of its layers are called "f"` */
export function damaged(what: string): UserError {
  return new UserError(`The model cannot be read, because ${what}: convert it again.`);
}
