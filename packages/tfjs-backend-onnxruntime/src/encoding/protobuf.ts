const utf8 = new TextEncoder();
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * Writes one protobuf message, field by field, in the four wire types that ONNX models use. Nested messages are
 * separate writers, added with `message`.
 */
export class ProtobufWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 96) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Adds a varint field (int32, int64, enum). Negative numbers take ten bytes, as protobuf requires. */
  int(field: number, value: number): this {
    return this.#tag(field, VARINT).#varint(value);
  }

  /** Adds a 32-bit float field. */
  float(field: number, value: number): this {
    this.#tag(field, FIXED32).#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** Adds a string field. */
  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** Adds a bytes field and copies the bytes. */
  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, LENGTH_DELIMITED).#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** Adds a nested message. */
  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  /** Returns the bytes written so far: a view, valid until the next write. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #tag(field: number, wireType: number): this {
    return this.#varint(field * 8 + wireType);
  }

  #varint(value: number): this {
    this.#reserve(10);
    if (value < 0) return this.#negativeVarint(value);
    while (value > 127) {
      this.#bytes[this.#length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#length++] = value;
    return this;
  }

  #negativeVarint(value: number): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
