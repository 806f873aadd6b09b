import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pyodideOracle } from './oracle.ts';

// Writes codecs.json, identifiers.json and unicode-names.json of compiler/text/tables from CPython 3.14's own codecs and unicodedata:
// node tools/run.mjs tools/generate-text-tables.ts

const codecsFile = 'compiler/text/tables/codecs.json';
const identifiersFile = 'compiler/text/tables/identifiers.json';
const namesFile = 'compiler/text/tables/unicode-names.json';

const codecsProgram = `
import codecs, encodings, encodings.aliases, importlib, pkgutil
def main(_):
    charmaps, names = {}, []
    for module in pkgutil.iter_modules(encodings.__path__):
        try: codec = importlib.import_module('encodings.' + module.name)
        except ImportError: continue
        if not hasattr(codec, 'getregentry'): continue
        names.append(module.name)
        table = getattr(codec, 'decoding_table', None)
        # Half of a table is ASCII for nearly all of them.
        if table is not None:
            ascii = table[:128] == ''.join(map(chr, range(128)))
            charmaps[module.name] = table[128:] if ascii else table
    return {'aliases': encodings.aliases.aliases, 'names': names, 'charmaps': charmaps}
`;

/** Where ranges of characters begin and end that may start or continue an identifier, each counted from the one before. */
const identifiersProgram = `
def bounds(is_member):
    out, inside, last = [], False, 0
    for c in range(0x110000):
        if is_member(chr(c)) != inside:
            inside = not inside
            out.append(c - last)
            last = c
    return out
def main(_):
    return {'start': bounds(str.isidentifier), 'continue': bounds(lambda c: ('a' + c).isidentifier())}
`;

const namesProgram = `
import unicodedata
def main(candidates):
    names, ranges = [], []
    for c in range(0x110000):
        name = unicodedata.name(chr(c), None)
        if name is None or name.startswith('HANGUL SYLLABLE '): continue
        suffix = '-%04X' % c
        if name.endswith(suffix):
            prefix = name[:-len(suffix)]
            if ranges and ranges[-1][1] == c - 1 and ranges[-1][2] == prefix: ranges[-1][1] = c
            else: ranges.append([c, c, prefix])
            continue
        names.append([c, name])
    aliases = {}
    for name in candidates:
        try: c = eval("'\\\\N{%s}'" % name)
        except SyntaxError: continue
        if len(c) == 1 and unicodedata.name(c, None) != name: aliases[name] = ord(c)
    return {'version': unicodedata.unidata_version, 'names': names, 'ranges': ranges, 'aliases': aliases}
`;

interface Names {
  version: string;
  names: [number, string][];
  ranges: [number, number, string][];
  aliases: Record<string, number>;
}

const oracle = await pyodideOracle();
const codecs = oracle.ask<Record<string, unknown>>(codecsProgram);
writeFileSync(codecsFile, `${JSON.stringify({ interpreter: oracle.version, ...codecs })}\n`);

const identifiers = oracle.ask<Record<string, number[]>>(identifiersProgram);
writeFileSync(identifiersFile, `${JSON.stringify({ interpreter: oracle.version, ...identifiers })}\n`);

const { version, names, ranges, aliases } = oracle.ask<Names>(namesProgram, aliasCandidates());
let previousCode = 0;
let previousName = '';
const rows = names.map(([code, name]) => {
  let shared = 0;
  while (shared < name.length && name[shared] === previousName[shared]) shared++;
  const row = `${(code - previousCode).toString(36)} ${shared.toString(36)} ${name.slice(shared)}`;
  previousCode = code;
  previousName = name;
  return row;
});
const table = { interpreter: oracle.version, unicode: version, ranges, aliases, names: rows.join('\n') };
writeFileSync(namesFile, `${JSON.stringify(table)}\n`);
console.log(
  `${names.length} names, ${ranges.length} ranges, ${Object.keys(aliases).length} aliases of Unicode ${version}`,
);

/** unicodedata can look aliases up, but not list them; perl's table lists some that CPython then confirms. */
function aliasCandidates(): string[] {
  const found = new Set<string>();
  if (existsSync(namesFile)) {
    for (const name of Object.keys((JSON.parse(readFileSync(namesFile, 'utf8')) as Names).aliases)) found.add(name);
  }
  for (let i = 1; i <= 256; i++) found.add(`VS${i}`);
  const perl = spawnSync('perl', ['-e', 'print do "unicore/Name.pl"'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  for (const row of (perl.stdout ?? '').split('\n')) {
    if (/^[A-Z][A-Z0-9 -]*$/.test(row)) found.add(row);
  }
  return [...found];
}
