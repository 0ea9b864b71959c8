import * as z from 'zod';

/**
 * The effect of a request on files that others may have made. `reads`: it reads and counts them; any workspace may do that.
 * `runs`: it builds or runs a network, opens a dataset or writes; only a trusted workspace may do that.
 */
export type Trust = 'reads' | 'runs';

/** One request of a protocol: schemas of its parameters, its result, and its progress. */
export interface RequestSpec<
  P extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  G extends z.ZodType = z.ZodType,
> {
  params: P;
  result: R;
  progress: G;
  /** The effect with these parameters. A method, so that a table may hold requests of any parameters. */
  trust(params: z.output<P>): Trust;
}

/** All requests of one direction by name. */
export type RequestTable = Record<string, RequestSpec>;

/** All notifications of one direction by name. */
export type NotificationTable = Record<string, z.ZodType>;

/** Declares a request. Without `progress` it sends none. `trust` may depend on the parameters. */
export function request<P extends z.ZodType, R extends z.ZodType, G extends z.ZodType = z.ZodNever>(spec: {
  params: P;
  result: R;
  progress?: G;
  trust: Trust | ((params: z.output<P>) => Trust);
}): RequestSpec<P, R, G | z.ZodNever> {
  const { params, result, progress = z.never(), trust } = spec;
  return { params, result, progress, trust: typeof trust === 'function' ? trust : () => trust };
}
