import { readFileSync, statSync } from 'node:fs';
import { isDirectory, noSuchFile, unreadable } from './errors.ts';

/** A program's text and the name that goes into its code objects. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly filename: string;
}

/** Reads a program; `-` is stdin. Throws UsageError for what is no readable file. */
export function readSource(path: string): Source {
  if (path === '-') return { bytes: readFileSync(0), filename: '<stdin>' };
  try {
    if (statSync(path).isDirectory()) throw isDirectory(path);
    return { bytes: readFileSync(path), filename: path };
  } catch (error) {
    throw explainedRead(path, error);
  }
}

/** The UsageError for an error of the file system. */
export function explainedRead(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return noSuchFile(path);
  return unreadable(path, reasonOf(code));
}

/** What an errno means, in plain words. */
export function reasonOf(code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EROFS':
      return 'the file system is read-only';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'a file is in the way';
    default:
      return code;
  }
}
