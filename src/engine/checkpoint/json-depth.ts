import { UserError } from '../../protocol/errors';

/** Deepest nesting of lists and objects in a description: each level of nested models takes three. */
const MAX_DEPTH = 256;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}');

/**
 * Refuses JSON whose nesting could exhaust the stack.
 * @param text in UTF-8
 * @param name of the file, for the message
 * @throws UserError
 */
export function requireShallow(text: Uint8Array, name: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (byte === QUOTE) {
      for (at++; at < text.length && text[at] !== QUOTE; at++) if (text[at] === BACKSLASH) at++;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH)
        throw new UserError(
          `"${name}" nests lists and objects more than ${MAX_DEPTH} deep, as no model does: choose the model.json of a TensorFlow.js checkpoint.`,
        );
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
}
