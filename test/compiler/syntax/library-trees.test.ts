import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from '../../../compiler/syntax/parse.ts';
import { decodeSource } from '../../../compiler/text/source.ts';
import { dumpTree } from '../../../tools/dump-tree.ts';
import { libraryFiles } from '../../../tools/library-zip.ts';

describe('parse', () => {
  it("gives CPython 3.14's tree, positions included, for every file of its library", function () {
    this.timeout(120_000);
    const { hashes } = JSON.parse(readFileSync('test/golden/syntax/library-trees.json', 'utf8'));
    const different: string[] = [];
    for (const { path, bytes } of libraryFiles()) {
      const { tree, diagnostics } = parse(decodeSource(bytes), { mode: 'exec' });
      const hash = createHash('sha1').update(dumpTree(tree)).digest('hex');
      if (diagnostics.some((diagnostic) => diagnostic.category.endsWith('Error')) || hash !== hashes[path]) {
        different.push(path);
      }
    }
    assert.deepEqual(different, []);
  });
});
