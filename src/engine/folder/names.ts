/** One folder or file of ours: letters, digits, dots, dashes and underscores, and not all dots. */
const PLAIN = /^(?!\.+$)[A-Za-z0-9._-]{1,200}$/;

/**
 * The parts of a name within a run's folder, such as `epochs/epoch-01/model.json`. Names come from files of others too:
 * none may be absolute or lead upwards.
 * @throws Error where it is no such name; whoever reads names from a file checks them by its schema first
 */
export function partsOf(name: string): string[] {
  const parts = name.split('/');
  if (!parts.every((part) => PLAIN.test(part))) throw new Error(`"${name}" is no name within a run's folder`);
  return parts;
}
