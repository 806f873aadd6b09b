// Writes the tables of vm/text/tables/ from CPython 3.14's own str methods, _sre and unicodedata:
// node tools/run.mjs tools/generate-unicode.ts

import { mkdirSync, writeFileSync } from 'node:fs';
import { pyodideOracle } from './oracle.ts';

const PROGRAM = `
import sys, unicodedata as u, _sre

def base36(n):
    digits = '0123456789abcdefghijklmnopqrstuvwxyz'
    text = ''
    while True:
        n, d = divmod(n, 36)
        text = digits[d] + text
        if not n: return text

class Runs:
    """Maps every code point to one of few records; written as 'length,record;…' in base 36."""
    def __init__(self):
        self.records, self.index, self.runs = [], {}, []
    def add(self, record):
        at = self.index.get(record)
        if at is None:
            at = self.index[record] = len(self.records)
            self.records.append(record)
        if self.runs and self.runs[-1][1] == at: self.runs[-1][0] += 1
        else: self.runs.append([1, at])
    def text(self):
        return ';'.join(base36(length) + ',' + base36(at) for length, at in self.runs)

def flags(c):
    after_letter = ('A' + c + '\\u03a3').lower().endswith('\\u03c2')
    alone = ('1' + c + '\\u03a3').lower().endswith('\\u03c2')
    bits = [c.isalpha(), c.isdecimal(), c.isdigit(), c.isnumeric(), c.islower(), c.isupper(), c.istitle() and not c.isupper(),
            c.isspace(), c.isprintable(), c.isidentifier(), ('a' + c).isidentifier(),
            (c + 'a').title().endswith('a'), after_letter and not alone,
            len(('a' + c + 'a').splitlines()) == 2, bool(_sre.unicode_iscased(ord(c)))]
    return sum(bit << i for i, bit in enumerate(bits))

def types():
    runs, special = Runs(), {}
    for i in range(0x110000):
        c = chr(i)
        upper, lower, title, fold = c.upper(), c.lower(), c.title(), c.casefold()
        simple = [ord(m[0]) - i for m in (upper, lower, title)]
        assert _sre.unicode_tolower(i) == ord(lower[0])
        if len(upper) > 1 or len(lower) > 1 or len(title) > 1 or fold != lower:
            special[base36(i)] = [upper, lower, title, fold]
        runs.add((flags(c), *simple, u.decimal(c, -1), u.digit(c, -1)))
    return {'unicode': u.unidata_version, 'records': runs.records, 'runs': runs.text(), 'special': special}

def database():
    runs, numeric, decomposition, compositions = Runs(), {}, [], []
    last = 0
    for i in range(0x110000):
        c = chr(i)
        runs.add((u.category(c), u.bidirectional(c), u.combining(c), u.mirrored(c), u.east_asian_width(c)))
        value = u.numeric(c, None)
        if value is not None and value != u.digit(c, None):
            numeric[base36(i)] = value
        text = u.decomposition(c)
        if text:
            decomposition.append(base36(i - last) + ':' + text)
            last = i
    return {'unicode': u.unidata_version, 'records': runs.records, 'runs': runs.text(), 'numeric': numeric,
            'decomposition': ';'.join(decomposition)}

def old_database():
    """unicodedata.ucd_3_2_0: record 0 is for characters that have the properties of now, the others say which they had."""
    old = u.ucd_3_2_0
    runs, numeric, decomposition, corrections = Runs(), {}, {}, {}
    properties = lambda of, c: (of.category(c), of.bidirectional(c), of.combining(c), of.mirrored(c), of.east_asian_width(c),
                                of.decimal(c, -1), of.digit(c, -1))
    runs.records.append(0)
    runs.index[0] = 0
    for i in range(0x110000):
        c = chr(i)
        before = properties(old, c)
        runs.add(0 if before == properties(u, c) else before)
        if before[0] == 'Cn':
            assert not old.decomposition(c) and old.normalize('NFD', c) == c
            assert old.numeric(c, None) is None
            continue
        if old.numeric(c, None) != u.numeric(c, None):
            numeric[base36(i)] = old.numeric(c, None)
        if old.decomposition(c) != u.decomposition(c):
            decomposition[base36(i)] = old.decomposition(c)
        if old.normalize('NFD', c) != u.normalize('NFD', c):
            corrections[base36(i)] = old.normalize('NFD', c)
    return {'unicode': old.unidata_version, 'records': runs.records, 'runs': runs.text(), 'numeric': numeric,
            'decomposition': decomposition, 'corrections': corrections}

def main(_):
    return {'types': types(), 'database': database(), 'database-3.2': old_database()}
`;

const oracle = await pyodideOracle();
const tables = oracle.ask<Record<string, object>>(PROGRAM);
mkdirSync('vm/text/tables', { recursive: true });
for (const [name, table] of Object.entries(tables)) {
  const text = JSON.stringify({ generated: `by tools/generate-unicode.ts from CPython ${oracle.version}`, ...table });
  writeFileSync(`vm/text/tables/${name}.json`, `${text}\n`);
  console.log(`vm/text/tables/${name}.json: ${text.length} characters`);
}
