import { type ParseOptions, parse } from '../../../compiler/syntax/parse.ts';
import { isWarning } from '../../../compiler/text/diagnostic.ts';
import { decodeSource } from '../../../compiler/text/source.ts';

/** What Coroscope says of a program, in the form of `judge`: the error, then the warnings with their lines. */
export function verdict(program: string, version?: string, mode: ParseOptions['mode'] = 'exec'): string {
  const source = decodeSource(new TextEncoder().encode(program));
  const { diagnostics } = parse(source, version === undefined ? { mode } : { mode, version });
  const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
  const warnings = diagnostics.filter(isWarning).map((warning) => `${warning.message}@${warning.lineno}`);
  const said =
    error === undefined
      ? ''
      : `${error.category}: ${error.message} @${error.lineno}:${error.offset}-${error.end_lineno}:${error.end_offset}`;
  return [said, ...warnings].join('|');
}

/** A Python program that says the same of a list of programs. */
export const judge = `
import warnings
def main(programs, mode='exec'):
    out = []
    for text in programs:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter('always')
            try:
                compile(text.encode('utf-8', 'surrogatepass'), 'f', mode, 0x400)
                said, place = '', None
            except SyntaxError as e:
                said, place = type(e).__name__ + ': ' + e.msg, (e.lineno, e.offset, e.end_lineno, e.end_offset)
            except BaseException as e:
                said, place = '%s: %s' % (type(e).__name__, e), (0, 0, 0, 0)
            if place: said += ' @%d:%d-%d:%d' % tuple(n or 0 for n in place)
        out.append('|'.join([said] + ['%s@%s' % (w.message, w.lineno) for w in caught]))
    return out
`;

/** The same of programs in each mode: [mode, programs] pairs. */
export const judgeModes = `${judge}
judge = main
def main(input):
    return [judge(programs, mode) for mode, programs in input]
`;
