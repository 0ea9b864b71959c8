/** Keeps a text that is wrong while its field is away. */
export interface KeptText {
  /** The kept text; null: none. */
  readonly text: string | null;
  /** @param problem the fault of the text; null: it is right, or given up */
  readonly note: (text: string, problem: string | null) => void;
  /** Called when the field goes. */
  readonly gone: () => void;
}
