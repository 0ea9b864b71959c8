/** A shape; null where a size is left open, as the batch is. */
export type Shape = (number | null)[];
