import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { stableCodeRepr } from '../compiler/bytecode/constant-repr.ts';
import { isCodeObject } from '../compiler/bytecode/constants.ts';
import { type DisOptions, disText } from '../compiler/bytecode/dis-text.ts';
import { flagNamesOf } from '../compiler/bytecode/flags.ts';
import { type Listing, type ListingRow, listing } from '../compiler/bytecode/listing.ts';
import { oneOf, onlyPositional, parse, targetOption } from './arguments.ts';
import type { Command } from './command.ts';
import { compiled } from './compiled.ts';
import { Exit, UsageError } from './errors.ts';
import { readSource } from './source.ts';
import { hasFlowGraph, type StagedBlock, stagedBlocks, stageListing, stageText } from './stages.ts';
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
    if (stage === 'flowgraph' && !hasFlowGraph(target)) {
      throw new UsageError(`Python ${target.version} optimises bytes and has no flow graph; give codegen or final`);
    }
    const source = readSource(onlyPositional(positionals, 'FILE', 'dis'));
    const { code, report } = compiled(source, target);
    if (report !== '') await write(process.stderr, report);
    if (code === undefined) return Exit.CONTENT;
    if (stage === 'final') {
      await write(process.stdout, values.json ? json(entries(code)) : disText(code, options));
      return Exit.OK;
    }
    const blocks = stagedBlocks(source, target, stage);
    await write(process.stdout, values.json ? json(stageEntries(blocks)) : stageText(blocks, options));
    return Exit.OK;
  },
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function stageEntries(blocks: readonly StagedBlock[]): object[] {
  const codeRepr = stableCodeRepr();
  return blocks.map((block) => entryOf(stageListing(block, codeRepr)));
}

/** What --json gives for a code object and those inside it, in the order of the text. */
function entries(code: CodeObject): object[] {
  const codeRepr = stableCodeRepr();
  const inOrder = (each: CodeObject): object[] => [
    entryOf(listing(each, codeRepr)),
    ...each.co_consts.filter(isCodeObject).flatMap(inOrder),
  ];
  return inOrder(code);
}

function entryOf({ code, rows, exceptionTable, labels }: Listing): object {
  return {
    name: code.co_name,
    qualname: code.co_qualname,
    filename: code.co_filename,
    firstlineno: code.co_firstlineno,
    flags: code.co_flags,
    flagNames: flagNamesOf(code),
    stacksize: code.co_stacksize,
    instructions: rows.map((row) => ({
      offset: row.offset,
      startOffset: row.startOffset,
      opname: row.opname,
      opcode: row.opcode,
      arg: row.arg,
      argrepr: row.argrepr,
      line: row.line,
      startsLine: row.startsLine,
      position: position(row),
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
}

function position({ span }: ListingRow): object | null {
  if (span === null) return null;
  const orNull = (value: number): number | null => (value === -1 ? null : value);
  return {
    line: orNull(span.lineno),
    column: orNull(span.col_offset),
    endLine: orNull(span.end_lineno),
    endColumn: orNull(span.end_col_offset),
  };
}
