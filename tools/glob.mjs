import { readdirSync } from 'node:fs';

/** Paths below `root` that match `pattern` and not `except`, sorted. */
export function globSync(root, pattern, except) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => pattern.test(path) && !except?.test(path))
    .sort();
}
