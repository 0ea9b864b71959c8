/** Asks the C library of Linux for pages of 2 MB, on systems that leave this choice to programs. */
export const LARGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;

/** Memory settings of that library, unless the user set some. Figures: packages/tfjs-backend-onnxruntime/BENCHMARKS.md. */
const MEMORY = {
  ...LARGE_PAGES,
  /**
   * Blocks from 1 MB on come from the system and go back when they are freed. Without a setting the library raises this limit
   * with each free, so that the memory of deleted graphs stays in its heap. Smaller blocks are those of single steps.
   */
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
} as const;

/** Variables that change the code that a Node process loads. The engine's folder and the settings decide that instead. */
const LOADING: ReadonlySet<string> = new Set(['NODE_OPTIONS', 'NODE_PATH']);

/**
 * A copy of the environment for an engine, without Electron's variables and without the editor's Node options.
 * @param codeFolder where Node.js keeps the compiled program for the next start, if it can
 */
export function engineEnvironment(codeFolder?: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !LOADING.has(name));
  return {
    ...MEMORY,
    ...(codeFolder === undefined ? {} : { NODE_COMPILE_CACHE: codeFolder }),
    ...Object.fromEntries(own),
    ELECTRON_RUN_AS_NODE: '1',
  };
}
