import { useEffect, useRef, useState } from 'preact/hooks';

/** A text in a field while it is the person's own, and what became of it. */
export interface Draft {
  /** The text as it was typed; null: the field shows its value. */
  text: string | null;
  /** Why it cannot be read; one sentence. It stays, marked, until it is right or given up. */
  problem: string | null;
  type(text: string, at: number): void;
  /** The person leaves the field, or is done: what could be read is shown as the value. */
  readonly leave: () => void;
  /** The person gives it up. */
  drop(): void;
}

/**
 * Lets a person type. What can be read is taken at once. Where one more key makes it unreadable, everything is as it was
 * before the typing began: of `150` percent, `15` was nobody's wish.
 */
export function useDraft<T>({
  value,
  read,
  take,
  hold,
}: {
  /** What is set now; where it changes from elsewhere, the text goes. */
  value: T;
  /** What a text says, or why it says nothing. */
  read: (text: string) => { value: T } | { problem: string };
  take: (value: T, at: number) => void;
  /** Called as typing begins; what it gives puts things back. */
  hold: () => (at: number) => void;
}): Draft {
  const [text, setText] = useState<string | null>(null);
  const putBack = useRef<{ restore: (at: number) => void; value: T } | null>(null);
  const taken = useRef(value);
  const changed = useRef(false);
  const answer = text === null ? null : read(text);
  const problem = answer && 'problem' in answer ? answer.problem : null;
  useEffect(() => {
    if (taken.current !== value) setText(null);
    taken.current = value;
  }, [value]);
  return {
    text,
    problem,
    type(next, at) {
      if (text === null) putBack.current = { restore: hold(), value };
      setText(next);
      const said = read(next);
      if ('value' in said) {
        taken.current = said.value;
        changed.current = true;
        take(said.value, at);
      } else if (changed.current && putBack.current && oneKeyApart(text ?? '', next)) {
        taken.current = putBack.current.value;
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
