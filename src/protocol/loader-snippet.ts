/** Code of a page that loads a packed model with stock TensorFlow.js. @param file its address */
export const loaderSnippet = (file: string): string =>
  ["import { packed } from 'secateur/loader';", `const model = await tf.loadLayersModel(packed('${file}'));`].join(
    '\n',
  );
