import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { stableCodeRepr } from '../compiler/bytecode/constant-repr.ts';
import { type DisOptions, disText } from '../compiler/bytecode/dis-text.ts';
import { flagNamesOf } from '../compiler/bytecode/flags.ts';
import { listing } from '../compiler/bytecode/listing.ts';
import { isCodeObject } from '../compiler/bytecode/nested-code.ts';
import { oneOf, onlyPositional, parse, targetOption } from './arguments.ts';
import type { Command } from './command.ts';
import { compiled } from './compiled.ts';
import { Exit, UsageError } from './errors.ts';
import { readSource } from './source.ts';
import { write } from './terminal.ts';

export const dis: Command = {
  summary: 'the bytecode of a file, as `python -m dis` prints it',
  help: `usage: coroscope dis FILE [-C] [-O] [-P] [-S] [--stage STAGE] [--json] [--target X.Y]

Prints the bytecode of a Python file and of all functions and classes in it, byte for byte as
that version's \`python -m dis FILE\` does; only the addresses of code objects differ, which are
another ones in every run of CPython. FILE may be -, for stdin.

  -C, --show-caches      show inline caches                       (these four where that
  -O, --show-offsets     show instruction offsets                  version's dis has them)
  -P, --show-positions   show source positions
  -S, --specialized      show the bytecode as the specialising interpreter holds it
  --stage STAGE          codegen: what code generation gives; flowgraph: after optimisation;
                         final: the assembled bytecode (default)
  --json                 an array with one entry for each code object, for tools
  --target X.Y           the CPython version to compile for (default 3.14)
`,
  async run(args) {
    const { values, positionals } = parse('dis', args, {
      'show-caches': { type: 'boolean', short: 'C' },
      'show-offsets': { type: 'boolean', short: 'O' },
      'show-positions': { type: 'boolean', short: 'P' },
      specialized: { type: 'boolean', short: 'S' },
      stage: { type: 'string' },
      json: { type: 'boolean' },
      target: { type: 'string' },
    });
    const target = targetOption(values.target);
    const stage = oneOf('--stage', values.stage ?? 'final', ['codegen', 'flowgraph', 'final']);
    const options: DisOptions = {
      showCaches: values['show-caches'],
      showOffsets: values['show-offsets'],
      showPositions: values['show-positions'],
      specialized: values.specialized,
    };
    if (!target.features.has('disLabels') && Object.values(options).includes(true)) {
      throw new UsageError(`the dis of Python ${target.version} has no options -C, -O, -P, -S; leave them out`);
    }
    const source = readSource(onlyPositional(positionals, 'FILE', 'dis'));
    const { code, report } = compiled(source, target);
    if (report !== '') await write(process.stderr, report);
    if (code === undefined) return Exit.CONTENT;
    if (stage !== 'final') throw new UsageError(`stage ${stage} is not there yet`);
    await write(process.stdout, values.json ? `${JSON.stringify(entries(code), null, 2)}\n` : disText(code, options));
    return Exit.OK;
  },
};

/** What --json gives for a code object and those inside it, in the order of the text. */
function entries(code: CodeObject): object[] {
  const codeRepr = stableCodeRepr();
  const entry = (each: CodeObject): object[] => {
    const { rows, exceptionTable, labels } = listing(each, codeRepr);
    const own = {
      name: each.co_name,
      qualname: each.co_qualname,
      filename: each.co_filename,
      firstlineno: each.co_firstlineno,
      flags: each.co_flags,
      flagNames: flagNamesOf(each),
      stacksize: each.co_stacksize,
      instructions: rows.map((row) => ({
        offset: row.offset,
        startOffset: row.startOffset,
        opname: row.opname,
        opcode: row.opcode,
        arg: row.arg,
        argrepr: row.argrepr,
        line: row.line,
        startsLine: row.startsLine,
        position:
          row.span === null
            ? null
            : {
                line: row.span.lineno,
                column: row.span.col_offset === -1 ? null : row.span.col_offset,
                endLine: row.span.end_lineno === -1 ? null : row.span.end_lineno,
                endColumn: row.span.end_col_offset === -1 ? null : row.span.end_col_offset,
              },
        label: row.label === null ? null : `L${row.label}`,
        jumpTarget: row.jumpTarget,
        caches: row.caches,
        stackDepth: row.depth,
      })),
      exceptionTable: exceptionTable.map(({ start, end, target, depth, lasti }) => ({
        start,
        end,
        target,
        depth,
        lasti,
        label: `L${labels.get(target)}`,
      })),
    };
    return [own, ...each.co_consts.filter(isCodeObject).flatMap(entry)];
  };
  return entry(code);
}
