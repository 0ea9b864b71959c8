import * as z from 'zod';
import { translated } from './l10n';

/**
 * A failure that the person can fix. Its message is one sentence: fault, place, remedy. `cause` is for the log only.
 * Every other error is an internal error.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** The keys that lead to the value at fault in what the person wrote, such as `columns`, `target`; empty: not known. */
  readonly at: readonly string[];

  /** @param message any length; the middle of a word over 300 characters and of a sentence over 1,500 is cut out */
  constructor(message: string, { at = [], ...options }: ErrorOptions & { readonly at?: readonly string[] } = {}) {
    super(
      withoutMiddle(
        message.replace(LONG_WORD, (word) => withoutMiddle(word, MAX_WORD)),
        MAX_SENTENCE,
      ),
      options,
    );
    this.at = at;
  }
}

/** The largest numbers of characters of a word and of a sentence. */
const [MAX_WORD, MAX_SENTENCE] = [300, 1500];
const LONG_WORD = new RegExp(`\\S{${MAX_WORD + 1},}`, 'g');

function withoutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
}

/** An engine failure on the wire. The person sees `sentence`; the log gets `detail`. */
export const WireError = z.object({
  user: z.boolean(),
  sentence: z.string(),
  detail: z.string(),
  /** The place of the fault, see `UserError`. */
  at: z.array(z.string()).default([]),
});
export type WireError = z.infer<typeof WireError>;

/** The first issue of a failed schema in words: `steps[1].amount.threshold: must be 0 or more`. */
export function describeIssue(error: z.ZodError): string {
  const { at, message } = firstComplaint(error);
  const path = at.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return path ? `${path.replace(/^\./, '')}: ${message}` : message;
}

/** The fault of a value, and the keys that lead to it. */
export interface Complaint {
  at: readonly PropertyKey[];
  /** Words without a capital letter or a full stop. */
  message: string;
}

/** The first issue of a failed schema, with its place. */
export function firstComplaint(error: z.ZodError): Complaint {
  const issue = deepest(error.issues[0]);
  if (!issue) return { at: [], message: 'is not valid' };
  const message = issue.message.replace(/^Invalid input: expected (.+), received undefined$/, 'is missing ($1)');
  return { at: issue.path, message: translated(message.charAt(0).toLowerCase() + message.slice(1)) };
}

/** In a union, the person meant the branch that got furthest; of several such branches, the one with the fewest issues. */
function deepest(issue: z.core.$ZodIssue | undefined): { path: PropertyKey[]; message: string } | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors
    .map((branch) => ({ first: deepest(branch[0]), complaints: branch.length }))
    .filter((candidate) => candidate.first !== undefined)
    .sort((a, b) => b.first!.path.length - a.first!.path.length || a.complaints - b.complaints)[0]?.first;
  if (!inner || inner.path.length === 0) return issue;
  return { path: [...issue.path, ...inner.path], message: inner.message };
}

/** The person cancelled. Nothing is wrong, and nothing is half-written. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor(message = 'Cancelled.') {
    super(message);
  }
}
