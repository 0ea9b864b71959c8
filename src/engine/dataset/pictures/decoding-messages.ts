import * as z from 'zod';

const Bytes = z.instanceof(Uint8Array<ArrayBuffer>);

/** A picture that a thread decodes and brings into a form. */
export const DecodingOrder = z.object({
  id: z.number().int(),
  name: z.string(),
  header: z.object({
    format: z.enum(['png', 'jpeg', 'webp', 'bmp']),
    width: z.number(),
    height: z.number(),
    channels: z.union([z.literal(1), z.literal(3)]),
  }),
  bytes: Bytes,
  form: z.object({
    height: z.number(),
    width: z.number(),
    resize: z.enum(['stretch', 'crop', 'pad']),
    method: z.enum(['bilinear', 'nearest', 'area']),
    color: z.enum(['gray', 'rgb', 'bgr']),
  }),
});
export type DecodingOrder = z.infer<typeof DecodingOrder>;

/** Its pixels in that form; a sentence where the picture is at fault; or the failure of the program. */
export const DecodingReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pixels'), id: z.number().int(), pixels: Bytes }),
  z.object({ kind: z.literal('refused'), id: z.number().int(), sentence: z.string() }),
  z.object({ kind: z.literal('failed'), id: z.number().int(), message: z.string() }),
]);
export type DecodingReply = z.infer<typeof DecodingReply>;
