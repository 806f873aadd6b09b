/** Colours for one stream: escape codes on a terminal, nothing where the output goes to a file or a pipe. */
export interface Paint {
  dim(text: string): string;
  bold(text: string): string;
  accent(text: string): string;
}

const wrapped =
  (on: string, off: string) =>
  (text: string): string =>
    text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`;

const colours: Paint = { dim: wrapped('2', '22'), bold: wrapped('1', '22'), accent: wrapped('36', '39') };
const plain: Paint = { dim: (text) => text, bold: (text) => text, accent: (text) => text };

/** NO_COLOR turns colours off everywhere (no-color.org). */
export const paintFor = (stream: NodeJS.WriteStream): Paint =>
  stream.isTTY && (process.env.NO_COLOR ?? '') === '' ? colours : plain;

/** Writes all of a text, also to a pipe that is slower than we are; resolves when it is out. */
export function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (stream.listenerCount('error') === 0) stream.on('error', endOfReader);
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}

/** A reader such as `head` that has seen enough is no error. */
function endOfReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
