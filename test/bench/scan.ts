import { buildCommandLine, secateur } from '../../scripts/setup/cli';
import { inRoot } from '../../scripts/setup/paths';
import { Sensitivity } from '../../src/protocol/measure/sensitivity';
import { atMost, type BenchLine, median } from 'tfjs-backend-onnxruntime/testing/bench-line';

const RUNS = 3;

/** The sensitivity of all layers of the shipped `fashion-cnn` at ten sparsities on 2,000 images: the whole command, start and reading included. */
export async function benchScan(data: string, threads: number): Promise<BenchLine[]> {
  await buildCommandLine();
  const seconds: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    // No layer is left early, so that all points are measured.
    const every = ['--collapse', '1', '--samples', '2000', '--threads', String(threads)];
    const model = inRoot('media', 'samples', 'fashion-cnn');
    const { layers, samples } = await secateur(Sensitivity, ['sensitivity', model, '--data', data, ...every]);
    seconds.push((performance.now() - start) / 1000);
    const points = layers.reduce((sum, layer) => sum + layer.points.length, 0);
    if (points !== 50 || samples !== 2000)
      throw new Error(`${points} points on ${samples} images are not what is to be timed.`);
  }
  return [atMost('sensitivity: 5 layers x 10 sparsities x 2,000 images', median(seconds), 's', 15)];
}
