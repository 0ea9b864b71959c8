import { afterEach, expect, test, vi } from 'vitest';
import { engineEnvironment } from '../../../src/child/environment';

afterEach(() => {
  vi.unstubAllEnvs();
});

test("an engine has the editor's environment without Node's options, and with memory settings", () => {
  vi.stubEnv('NODE_OPTIONS', '--inspect');
  vi.stubEnv('NODE_PATH', '/elsewhere');
  vi.stubEnv('SECATEUR_TEST', 'kept');
  vi.stubEnv('MALLOC_MMAP_THRESHOLD_', undefined);
  vi.stubEnv('GLIBC_TUNABLES', undefined);
  expect(engineEnvironment()).toMatchObject({
    SECATEUR_TEST: 'kept',
    ELECTRON_RUN_AS_NODE: '1',
    MALLOC_MMAP_THRESHOLD_: '1048576',
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  });
  expect(engineEnvironment()).not.toHaveProperty('NODE_OPTIONS');
  expect(engineEnvironment()).not.toHaveProperty('NODE_PATH');
  expect(process.env['NODE_OPTIONS']).toBe('--inspect');
});

test("the user's memory settings stay", () => {
  vi.stubEnv('MALLOC_MMAP_THRESHOLD_', '4096');
  vi.stubEnv('GLIBC_TUNABLES', 'glibc.malloc.tcache_count=0');
  expect(engineEnvironment()).toMatchObject({
    MALLOC_MMAP_THRESHOLD_: '4096',
    GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
  });
});

test('Node.js keeps the compiled engine in the folder that it gets, unless the user named another', () => {
  vi.stubEnv('NODE_COMPILE_CACHE', undefined);
  expect(engineEnvironment('/kept')).toHaveProperty('NODE_COMPILE_CACHE', '/kept');
  expect(engineEnvironment()).not.toHaveProperty('NODE_COMPILE_CACHE');
  vi.stubEnv('NODE_COMPILE_CACHE', '/own');
  expect(engineEnvironment('/kept')).toHaveProperty('NODE_COMPILE_CACHE', '/own');
});
