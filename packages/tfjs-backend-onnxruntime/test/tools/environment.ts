/** Makes the C library of Linux ask for pages of 2 MB, if the system leaves that to programs. */
export const LARGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;

/** The environment of a process that computes: see "Memory of the process" in BENCHMARKS.md. */
export const computingEnvironment = (): NodeJS.ProcessEnv => ({
  ...LARGE_PAGES,
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
  ...process.env,
});
