/** What sys.path has for the packed library, and the names of its files begin with: they are no files of the machine. */
export const LIBRARY_PATH = '<library>';

/** Whether a path is the packed library's, or that of a file or folder in it. */
export function isInLibrary(path: string): boolean {
  return path === LIBRARY_PATH || path.startsWith(`${LIBRARY_PATH}/`);
}
