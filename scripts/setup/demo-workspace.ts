import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot } from './paths';
import { ScriptError } from './run-main';

const FIRST_STEPS = `# Try Secateur

1. Right-click \`fashion-cnn/model.json\` and choose **Evaluate Checkpoint**.
2. Right-click it again and choose **Prune Model**: drag the line across the histogram, and watch sparsity, size and accuracy answer.
3. **Prune & write** makes a smaller checkpoint beside it. The original stays as it is.
4. Right-click \`prune-90.recipe.json\` and choose **Run Recipe** to do the same as one job.

There is a second example in color: right-click the folder \`garden\`, pictures of six plants, and choose **Use as Secateur
Dataset**. Then open \`garden-mobilenet/model.json\`, a MobileNetV2 that tells them apart, and do the same.

\`fashion-mnist-sample\` is a small part of Fashion-MNIST. For results to quote use the whole set: Debian's package
\`dataset-fashion-mnist\`, or a folder with the four IDX files in the setting \`secateur.data.folder\`.
`;

/**
 * Fills a folder with the shipped checkpoints, their data, a recipe and a page of first steps.
 * Existing files, above all a person's own results, stay as they are.
 */
export async function prepareDemoWorkspace(folder: string): Promise<void> {
  const samples = inRoot('media', 'samples');
  for (const [model, command] of Object.entries({
    'fashion-cnn': 'make:checkpoint',
    'garden-mobilenet': 'make:garden',
  }))
    if (!existsSync(path.join(samples, model, 'model.json')))
      throw new ScriptError(`media/samples/${model} is missing: make it with \`npm run ${command}\`.`);
  await mkdir(folder, { recursive: true });
  await cp(samples, folder, { recursive: true, force: false });
  const readme = path.join(folder, 'README.md');
  if (!existsSync(readme)) await writeFile(readme, FIRST_STEPS);
}
