import { stat } from 'node:fs/promises';
import { inRoot } from '../../scripts/setup/paths';
import { atMost, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';

const MB = 2 ** 20;

/** The size of the package, and of the two bundles that a person waits for. The package must have been packed before. */
export async function benchSizes(vsix: string): Promise<BenchLine[]> {
  const bytes = async (...parts: string[]) => (await stat(inRoot(...parts))).size;
  const page = (await bytes('dist', 'webview', 'main.js')) + (await bytes('dist', 'webview', 'main.css'));
  return [
    atMost('VSIX for this platform', (await stat(vsix)).size / MB, 'MB', 60),
    atMost('extension and page bundles together', ((await bytes('dist', 'extension.js')) + page) / MB, 'MB', 2),
  ];
}
