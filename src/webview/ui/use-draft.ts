import { useEffect, useRef, useState } from 'preact/hooks';

/** The text of a field while the person types, and its state. */
export interface Draft {
  /** The typed text; null: the field shows its value. */
  text: string | null;
  /** The fault of the text, as one sentence. The text stays until it is valid or given up. */
  problem: string | null;
  type(text: string, at: number): void;
  /** The person leaves the field or confirms: a valid text becomes the value. */
  readonly leave: () => void;
  /** The person gives the text up. */
  drop(): void;
}

/**
 * Lets a person type. A valid text is applied at once. If the next key makes it invalid, the state from before the typing is
 * restored: nobody who types `150` percent wanted `15`.
 */
export function useDraft<T>({
  value,
  read,
  take,
  hold,
}: {
  /** The current value; a change from elsewhere discards the text. */
  value: T;
  /** The value of a text, or its fault. */
  read: (text: string) => { value: T } | { problem: string };
  take: (value: T, at: number) => void;
  /** Called when typing starts; returns a function that restores the earlier state. */
  hold: () => (at: number) => void;
}): Draft {
  const [text, setText] = useState<string | null>(null);
  const putBack = useRef<{ restore: (at: number) => void; value: T } | null>(null);
  // All values since the typing began: an effect can run after the next key, on a value that is no longer the last one.
  const taken = useRef(new Set([value]));
  const changed = useRef(false);
  const answer = text === null ? null : read(text);
  const problem = answer && 'problem' in answer ? answer.problem : null;
  useEffect(() => {
    if (!taken.current.has(value)) setText(null);
  }, [value]);
  return {
    text,
    problem,
    type(next, at) {
      if (text === null) {
        putBack.current = { restore: hold(), value };
        taken.current = new Set([value]);
      }
      setText(next);
      const said = read(next);
      if ('value' in said) {
        taken.current.add(said.value);
        changed.current = true;
        take(said.value, at);
      } else if (changed.current && putBack.current && oneKeyApart(text ?? '', next)) {
        changed.current = false;
        putBack.current.restore(at);
      }
    },
    leave() {
      if (problem !== null) return;
      changed.current = false;
      setText(null);
    },
    drop() {
      changed.current = false;
      setText(null);
    },
  };
}

const oneKeyApart = (before: string, after: string): boolean =>
  Math.abs(before.length - after.length) === 1 && (after.startsWith(before) || before.startsWith(after));
