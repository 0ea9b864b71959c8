import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtobufWriter } from '../../src/encoding/protobuf';

/** Reads the varint at `at` as a signed 64-bit number; also returns the index after it. */
function readVarint(bytes: Uint8Array, at: number): [value: bigint, after: number] {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++]!;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [BigInt.asIntN(64, value), at];
  }
}

test('integers of any size and sign come back', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 5000 }), (value, field) => {
      const bytes = new ProtobufWriter(1).int(field, value).finish();
      const [tag, start] = readVarint(bytes, 0);
      expect(tag).toBe(BigInt(field * 8));
      expect(readVarint(bytes, start)).toEqual([BigInt(value), bytes.length]);
    }),
  );
});

test('strings, floats and nested messages have the documented bytes', () => {
  const inner = new ProtobufWriter().string(1, 'ä').float(2, 1.5);
  const bytes = new ProtobufWriter().message(3, inner).bytes(20, Uint8Array.of(7)).finish();
  expect([...bytes]).toEqual([0x1a, 9, 0x0a, 2, 0xc3, 0xa4, 0x15, 0, 0, 0xc0, 0x3f, 0xa2, 0x01, 1, 7]);
});
