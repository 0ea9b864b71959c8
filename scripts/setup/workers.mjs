import path from 'node:path';
import * as esbuild from 'esbuild';

/**
 * Makes `import source from 'worker:./file'` the bundled program of a worker as a text: a page may start a worker only from
 * its own origin, so it makes one from this text.
 * @param {Record<string, unknown>} inputs collects the files that went into workers, as in a metafile
 * @returns {esbuild.Plugin}
 */
export const workers = (inputs = {}) => ({
  name: 'workers',
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, ({ path: name, resolveDir }) => ({
      path: path.resolve(resolveDir, `${name.slice('worker:'.length)}.ts`),
      namespace: 'worker',
    }));
    build.onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path: file }) => {
      const { outputFiles, metafile } = await esbuild.build({
        entryPoints: [file],
        bundle: true,
        write: false,
        minify: true,
        metafile: true,
        legalComments: 'none',
        platform: 'browser',
        target: 'chrome120',
        format: 'iife',
      });
      Object.assign(inputs, metafile.inputs);
      const watchFiles = Object.keys(metafile.inputs).map((input) => path.resolve(input));
      return { contents: outputFiles[0].text, loader: 'text', watchFiles };
    });
  },
});
