/** Pages of 2 MB from the C library of Linux, where the system leaves it to programs to ask for them. */
export const LARGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;

/** The environment of a process that computes: see "Memory of the process" in BENCHMARKS.md. */
export const computingEnvironment = (): NodeJS.ProcessEnv => ({
  ...LARGE_PAGES,
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
  ...process.env,
});
