import { bundle, withFolder } from '../../../testing/bundle';
import type { BenchLine } from '../../../testing/bench-line';
import { computingEnvironment } from '../../tools/environment';
import { inPackage } from '../../tools/paths';
import { run } from '../../tools/run';
import { FitFigures } from './figures';

const NETWORKS = ['fashion-cnn', 'lenet-5', 'lenet-300-100', 'lstm'];
const ROUNDS = 3;
const MILLISECONDS = 1000;
/** Batch of plain tfjs: it takes as long for each example, and seconds for one. */
const FEW = 2;

/**
 * Measures `fit` and `predict` of tfjs-layers on this backend, on plain tfjs and on tfjs-node.
 *
 * @param tensorflowNode the folder of tfjs-node, if it is installed
 */
export function benchFit(threads: number, tensorflowNode: string | undefined): Promise<BenchLine[]> {
  return withFolder(async (folder) => {
    const script = await bundle(inPackage('test', 'bench', 'fit', 'child.ts'), folder);
    const backends = ['onnxruntime', ...(tensorflowNode === undefined ? [] : [tensorflowNode]), 'cpu'];
    const lines: BenchLine[] = [];
    for (const network of NETWORKS) {
      const runs = backends.map((): FitFigures[] => []);
      for (let round = 0; round < ROUNDS; round++) {
        for (const [i, backend] of backends.entries()) {
          // One call of plain tfjs takes seconds: once is enough.
          if (backend === 'cpu' && round > 0) continue;
          const args = [
            script,
            backend,
            String(threads),
            network,
            backend === 'cpu' ? String(FEW) : '0',
            String(MILLISECONDS),
          ];
          runs[i]!.push(
            FitFigures.parse(JSON.parse(await run(process.execPath, args, { env: computingEnvironment() }))),
          );
        }
      }
      for (const [i, backend] of backends.entries()) {
        const who = backend === tensorflowNode ? 'tfjs-node' : backend;
        const perSecond = (pick: (figures: FitFigures) => number): number =>
          Math.max(...runs[i]!.map((figures) => (1000 * figures.batch) / pick(figures)));
        const line = (what: string, value: number): BenchLine => ({
          ...{ what: `${network}, ${what}, ${who}`, value, unit: 'examples/s' },
          ...{ target: '', met: true },
        });
        lines.push(
          line(
            'fit',
            perSecond(({ trainMs }) => trainMs),
          ),
        );
        lines.push(
          line(
            'predict',
            perSecond(({ predictMs }) => predictMs),
          ),
        );
      }
    }
    return lines;
  });
}
