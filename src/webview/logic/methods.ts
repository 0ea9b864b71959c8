/** What a kind of step is called, and in a line what it is for. A step that is not here goes by its own name. */
const METHODS: Readonly<Record<string, { title: string; purpose: string }>> = {
  prune: { title: 'Prune', purpose: 'Weights with the smallest scores become 0.' },
  remove: { title: 'Remove channels', purpose: 'Filters and neurons go away: smaller and faster.' },
  target: { title: 'Reach a target', purpose: 'Finds the amounts for an accuracy or a size.' },
  finetune: { title: 'Fine-tune', purpose: 'Trains on, zeros held; gradual pruning, distillation.' },
  rewind: { title: 'Rewind', purpose: 'Kept weights go back to earlier values.' },
  recalibrate: { title: 'Recalibrate', purpose: 'Batch-normalisation statistics measured anew.' },
  evaluate: { title: 'Evaluate', purpose: 'Loss and accuracy between steps.' },
};

/** Order in which methods are offered; those that are not named come last. */
const ORDER = Object.keys(METHODS);

export const methodTitle = (name: string): string => METHODS[name]?.title ?? name;
export const methodPurpose = (name: string): string => METHODS[name]?.purpose ?? '';

/** Names of steps in the order in which they are offered. A step that needs no checkpoint has no place in a panel of one. */
export function methodOrder<Name extends string>(names: readonly Name[]): Name[] {
  const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return names.filter((name) => name !== 'train').sort((a, b) => place(a) - place(b));
}
