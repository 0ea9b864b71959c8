import * as z from 'zod';

/** The grid of a layer's input: 256 values, `(n - zeroPoint) * scale` for n from 0 to 255. 0 is one of them. */
export const ActivationGrid = z.object({
  scale: z.number().positive().max(1e30),
  zeroPoint: z.number().int().min(0).max(255),
});
export type ActivationGrid = z.infer<typeof ActivationGrid>;

/** The grids of a model in its metadata, by the name of the kernel that the input is multiplied by. */
export const ActivationGrids = z.record(z.string(), ActivationGrid);

/** The ways to choose the range of a grid from values on training examples. */
export const Calibration = z.enum(['min-max', 'percentile', 'mse']);
export type Calibration = z.infer<typeof Calibration>;
