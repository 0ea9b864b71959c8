import type { Complaint } from '../../protocol/errors';

/** The fault of the value under a key, with the place relative to that value; null: the fault is elsewhere. */
export function inside(complaint: Complaint | null, key: string): Complaint | null {
  const [first, ...rest] = complaint?.at ?? [];
  return complaint && first === key ? { at: rest, message: complaint.message } : null;
}
