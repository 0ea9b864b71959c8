/** Invisible characters with an effect: controls (C0, DEL, C1), direction and format marks, line separators, halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const UNSEEN_BUT_NEWLINES = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `\u001b`: as in JSON, so that a JSON text keeps its value. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return SHORT[character] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/**
 * A text from a file on one line, with a visible escape for every invisible character (`\n`, `\u001b`, `\u202e`). It can
 * neither steer a terminal, nor reverse the text beside it, nor pretend to be a line of its own.
 */
export const visible = (text: string): string => text.replace(UNSEEN, escaped);

/** The same for a text of several lines; its line feeds stay. */
export const visibleLines = (text: string): string => text.replace(UNSEEN_BUT_NEWLINES, escaped);
