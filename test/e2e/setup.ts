import type { TestProject } from 'vitest/node';
import { ensureDebian } from '../../scripts/setup/debian';
import { packVsix } from '../../scripts/setup/vsix';
import { ensureCodeServer } from '../../scripts/vscode/install';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed extension. */
    vsix: string;
    /** The folder of the real Fashion-MNIST. */
    fashionMnist: string;
  }
}

/** Makes sure of all that the run needs, and packs the extension as it would be published. */
export default async function setup(project: TestProject): Promise<void> {
  await ensureDebian('chromium');
  project.provide('fashionMnist', await ensureDebian('dataset-fashion-mnist'));
  await ensureCodeServer();
  project.provide('vsix', process.env['SECATEUR_VSIX'] ?? (await packVsix()));
}
