import * as z from 'zod';

/** One request of a protocol: schemas of what is asked, what is answered, and what is told in between. */
export interface RequestSpec<
  P extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  G extends z.ZodType = z.ZodType,
> {
  params: P;
  result: R;
  progress: G;
}

/** All requests of one direction by name. */
export type RequestTable = Record<string, RequestSpec>;

/** All notifications of one direction by name. */
export type NotificationTable = Record<string, z.ZodType>;

/** Declares a request; without `progress` none is ever sent. */
export function request<P extends z.ZodType, R extends z.ZodType, G extends z.ZodType = z.ZodNever>(spec: {
  params: P;
  result: R;
  progress?: G;
}): RequestSpec<P, R, G | z.ZodNever> {
  return { params: spec.params, result: spec.result, progress: spec.progress ?? z.never() };
}
