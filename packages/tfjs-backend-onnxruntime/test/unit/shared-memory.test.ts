import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AllocationGroup, SharedMemory } from '../../src/parallel/shared-memory';

const LINE = 64;

test('allocations never overlap, begin at a cache line, and are reused', () => {
  const actions = fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }), release: fc.nat() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(actions, (steps) => {
      const memory = new SharedMemory();
      const taken: { start: number; bytes: number }[] = [];
      for (const { bytes, release } of steps) {
        if (release % 3 === 0 && taken.length > 0) {
          const [span] = taken.splice(release % taken.length, 1);
          memory.free(span!.start, span!.bytes);
          continue;
        }
        const start = memory.allocate(bytes);
        expect(start % LINE).toBe(0);
        expect(start + bytes).toBeLessThanOrEqual(memory.buffer.byteLength);
        for (const other of taken) {
          expect(start + bytes <= other.start || other.start + other.bytes <= start).toBe(true);
        }
        taken.push({ start, bytes: Math.max(1, bytes) });
      }
      for (const { start, bytes } of taken) memory.free(start, bytes);
      const { byteLength } = memory.buffer;
      expect(memory.allocate(byteLength)).toBe(0);
      expect(memory.buffer.byteLength).toBe(byteLength);
    }),
    { numRuns: 60 },
  );
});

test('a group is freed as a whole', () => {
  const memory = new SharedMemory();
  const group = new AllocationGroup(memory);
  const starts = [100, 70_000, 5].map((bytes) => group.allocate(bytes));
  expect(new Set(starts).size).toBe(3);
  expect(group.bytes).toBe(70_105);
  group.free();
  const { byteLength } = memory.buffer;
  expect(memory.allocate(byteLength)).toBe(0);
});
