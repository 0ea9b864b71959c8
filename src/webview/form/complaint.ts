import type { Complaint } from '../../protocol/errors';

/** The part of a complaint that is about the value under a key, its place counted from there; null: it is about another. */
export function inside(complaint: Complaint | null, key: string): Complaint | null {
  const [first, ...rest] = complaint?.at ?? [];
  return complaint && first === key ? { at: rest, message: complaint.message } : null;
}
