import { writeFileSync } from 'node:fs';
import { decodeSource } from '../compiler/text/source.ts';
import { brokenPrograms } from '../test/compiler/syntax/broken-programs.ts';
import { errorPrograms, evalPrograms, singlePrograms } from '../test/compiler/syntax/error-programs.ts';
import { judge, judgeModes, verdict } from '../test/compiler/syntax/verdict.ts';
import { libraryFiles } from './library-zip.ts';
import { nativeOracle, nativePython, pyodideOracle } from './oracle.ts';

// Compares what Coroscope and CPython 3.14 say of broken programs, and prints where they differ:
// node tools/run.mjs tools/broken-programs.ts [--count N] [--seed N] [--golden] [--tests] [--show N]
// --tests takes the texts of a native CPython's own tests instead of mutated library files, --cases the project's own list.
// --golden writes what CPython said to test/golden/syntax/.

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const count = option('--count', 3000);
const seed = option('--seed', 1);
const show = option('--show', 40);

/** Every text in CPython's own tests of syntax that could be a program. */
const collectTests = `
import ast, os, textwrap, test, doctest
def main(names):
    folder, found = os.path.dirname(test.__file__), {}
    parser = doctest.DocTestParser()
    for name in names:
        try: tree = ast.parse(open(os.path.join(folder, name + '.py'), encoding='utf-8').read())
        except (OSError, SyntaxError): continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is str and len(node.value) < 20000:
                text = node.value
                if '>>>' in text:
                    try: found.update((example.source, 1) for example in parser.get_examples(text))
                    except ValueError: pass
                else:
                    found[textwrap.dedent(text)] = 1
    return [text for text in found if text.isprintable() or '\\n' in text]
`;
const testNames =
  'test_syntax test_exceptions test_eof test_fstring test_grammar test_patma test_named_expressions test_positional_only_arg test_unpack_ex test_string_literals test_type_params test_except_star test_coroutines test_genexps test_generators test_tokenize test_compile test_ast/test_ast test_unparse test_flufl test_future_stmt/test_future test_peg_generator/test_pegen test_type_annotations test_keywordonlyarg test_decorators test_cmd_line_script test_codeop test_global test_scope test_super test_lambda test_dictcomps test_listcomps test_setcomps test_with test_source_encoding test_utf8source test_unicode_identifiers test_int_literal test_numeric_tower test_type_aliases test_type_comments test_augassign test_bytes test_code'.split(
    ' ',
  );

const oracle = await pyodideOracle();
let programs: string[];
const isCases = process.argv.includes('--cases');
if (isCases) {
  programs = [...errorPrograms];
} else if (process.argv.includes('--tests')) {
  const version = ['3.13', '3.12', '3.11'].find((candidate) => nativePython(candidate) !== undefined);
  const native = version === undefined ? undefined : nativeOracle(version);
  if (native === undefined) throw new Error('--tests needs a native CPython with its tests');
  programs = native.ask<string[]>(collectTests, testNames);
} else {
  const texts = libraryFiles().map((file) => decodeSource(file.bytes).text);
  programs = brokenPrograms(texts, count, seed);
}

const expected: string[] = [];
for (let i = 0; i < programs.length; i += 500)
  expected.push(...oracle.ask<string[]>(judge, programs.slice(i, i + 500)));

let rejectedByCPython = 0;
let decidedAlike = 0;
let errorsAlike = 0;
let warningsAlike = 0;
let shown = 0;
const began = performance.now();
for (const [i, program] of programs.entries()) {
  const said = verdict(program);
  const theirs = split(expected[i]);
  const ours = split(said);
  if (theirs.error !== '') rejectedByCPython++;
  if ((theirs.error === '') === (ours.error === '')) decidedAlike++;
  if (theirs.error === ours.error) errorsAlike++;
  if (theirs.warnings === ours.warnings) warningsAlike++;
  if (expected[i] !== said && shown++ < show) {
    console.log(`--- program ${i}\n${program.length > 1500 ? `${program.slice(0, 1500)}…` : program}`);
    console.log(`  CPython:   ${expected[i]}\n  Coroscope: ${said}`);
  }
}
console.log(
  `${programs.length} programs, ${rejectedByCPython} rejected by CPython ${oracle.version}; alike: accepted or rejected ${decidedAlike}, error and position ${errorsAlike}, warnings ${warningsAlike} (${Math.round(performance.now() - began)} ms)`,
);
if (process.argv.includes('--golden')) {
  if (isCases) writeModes();
  const goldenFile = `test/golden/syntax/${isCases ? 'error' : 'broken'}-programs.json`;
  writeFileSync(goldenFile, `${JSON.stringify({ interpreter: oracle.version, seed, expected }, null, 1)}\n`);
  console.log(`wrote ${goldenFile}`);
}

function writeModes(): void {
  const [evaluated, single] = oracle.ask<string[][]>(judgeModes, [
    ['eval', evalPrograms],
    ['single', singlePrograms],
  ]);
  const golden = { interpreter: oracle.version, eval: evaluated, single };
  writeFileSync('test/golden/syntax/modes.json', `${JSON.stringify(golden, null, 1)}\n`);
}

function split(said: string): { error: string; warnings: string } {
  const bar = said.indexOf('|"');
  return bar < 0 ? { error: said, warnings: '' } : { error: said.slice(0, bar), warnings: said.slice(bar) };
}
