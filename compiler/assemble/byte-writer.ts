const EMPTY = new Uint8Array(0);

/** Bytes of a length that is not known in advance; one writer serves many tables. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  write(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }

  /** What was written, as an array of its own; the writer is empty again. */
  take(): Uint8Array {
    if (this.#length === 0) return EMPTY;
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
