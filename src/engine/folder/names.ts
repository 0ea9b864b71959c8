/** A file or folder name of ours: letters, digits, dots, dashes and underscores, and not only dots. */
const PLAIN = /^(?!\.+$)[A-Za-z0-9._-]{1,200}$/;

/**
 * Splits a name within a run's folder, such as `epochs/epoch-01/model.json`. Names also come from files of others, so
 * none may be absolute or contain `..`.
 * @throws Error for any other name; check names from files by their schema first
 */
export function partsOf(name: string): string[] {
  const parts = name.split('/');
  if (!parts.every((part) => PLAIN.test(part))) throw new Error(`"${name}" is no name within a run's folder`);
  return parts;
}
