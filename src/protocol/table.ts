import * as z from 'zod';

/**
 * What a request does with files that others may have made. `reads`: it reads and counts them, as any workspace may.
 * `runs`: it builds or runs a network, opens a dataset or writes, as only a trusted workspace may.
 */
export type Trust = 'reads' | 'runs';

/** One request of a protocol: schemas of what is asked, what is answered, and what is told in between. */
export interface RequestSpec<
  P extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  G extends z.ZodType = z.ZodType,
> {
  params: P;
  result: R;
  progress: G;
  /** Which it is with these parameters. A method, so that a table may hold requests of any parameters. */
  trust(params: z.output<P>): Trust;
}

/** All requests of one direction by name. */
export type RequestTable = Record<string, RequestSpec>;

/** All notifications of one direction by name. */
export type NotificationTable = Record<string, z.ZodType>;

/** Declares a request; without `progress` none is ever sent. `trust` may depend on what is asked. */
export function request<P extends z.ZodType, R extends z.ZodType, G extends z.ZodType = z.ZodNever>(spec: {
  params: P;
  result: R;
  progress?: G;
  trust: Trust | ((params: z.output<P>) => Trust);
}): RequestSpec<P, R, G | z.ZodNever> {
  const { params, result, progress = z.never(), trust } = spec;
  return { params, result, progress, trust: typeof trust === 'function' ? trust : () => trust };
}
