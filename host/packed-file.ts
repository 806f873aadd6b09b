import { closeSync, existsSync, openSync, readSync } from 'node:fs';

/** Where a part lies: offsets count from the end of the index. */
export type Extent = readonly [offset: number, length: number];

/** A file of many parts that are read one by one: four bytes of the index's length, the index as JSON, the parts. */
export class PackedFile<Index> {
  readonly index: Index;
  private readonly fd: number;
  private readonly start: number;

  /** Throws an Error that says what to do when there is no such file. */
  constructor(path: string) {
    if (!existsSync(path)) throw new Error(`the packed library ${path} is missing: run «npm run build»`);
    this.fd = openSync(path, 'r');
    const length = Buffer.from(this.bytes(0, 4)).readUInt32LE();
    this.start = 4 + length;
    this.index = JSON.parse(Buffer.from(this.bytes(4, length)).toString('utf8')) as Index;
  }

  read([offset, length]: Extent): Uint8Array {
    return this.bytes(this.start + offset, length);
  }

  close(): void {
    closeSync(this.fd);
  }

  private bytes(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    readSync(this.fd, bytes, 0, length, offset);
    return bytes;
  }
}

/** Collects what a PackedFile holds. */
export class PackedFileWriter {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  add(bytes: Uint8Array): Extent {
    this.parts.push(bytes);
    this.length += bytes.length;
    return [this.length - bytes.length, bytes.length];
  }

  /** The whole file. */
  bytes(index: object): Uint8Array {
    const header = Buffer.from(JSON.stringify(index));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    return Buffer.concat([length, header, ...this.parts]);
  }
}
