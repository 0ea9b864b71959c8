/** A growing list of numbers: bytes while all are bytes, floats from the first other number. */
export class GrowingNumbers {
  private values: Uint8Array | Float64Array = new Uint8Array(1024);
  private count = 0;

  push(value: number): void {
    if (this.count === this.values.length) this.values = this.resized(2 * this.count);
    if (this.values instanceof Uint8Array && !(Number.isInteger(value) && value >= 0 && value <= 255))
      this.values = Float64Array.from(this.values);
    this.values[this.count++] = value;
  }

  /** Memory in bytes. */
  get bytes(): number {
    return this.values.byteLength;
  }

  done(): Uint8Array | Float64Array {
    return this.values.slice(0, this.count);
  }

  private resized(length: number): Uint8Array | Float64Array {
    const values = this.values instanceof Uint8Array ? new Uint8Array(length) : new Float64Array(length);
    values.set(this.values);
    return values;
  }
}
