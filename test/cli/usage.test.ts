import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coroscope, inFolder } from './command.ts';

describe('coroscope', () => {
  it('explains itself and every command', () => {
    const overview = coroscope(['--help']);
    assert.equal(overview.status, 0);
    for (const command of ['flags', 'dis', 'compile', 'run', 'lsp', 'dap']) {
      assert.match(overview.stdout, new RegExp(`^  ${command} `, 'm'));
      const { stdout, stderr, status } = coroscope([command, '--help']);
      assert.match(stdout, new RegExp(`^usage: coroscope ${command} `));
      assert.equal(stderr, '');
      assert.equal(status, 0);
    }
    assert.match(coroscope(['--version']).stdout, /^coroscope \d+\.\d+\.\d+\n$/);
  });

  const wrong: [string[], RegExp][] = [
    [['disassemble'], /unknown command 'disassemble'; it is one of flags, dis,/],
    [['constructor'], /unknown command 'constructor'/],
    [['flags'], /FILE is missing; see coroscope flags --help/],
    [['flags', 'nowhere.py'], /no such file: 'nowhere.py'; check the path/],
    [['flags', 'a.py/b.py'], /no such file: 'a.py\/b.py'/],
    [['flags', '.'], /'.' is a directory; name a Python file/],
    [['dis', 'nowhere.py'], /no such file: 'nowhere.py'/],
    [['dis', '.'], /'.' is a directory/],
    [['dis', 'a.py', 'b.py'], /unexpected argument 'b.py'/],
    [['dis', 'a.py', '--target', '2.7'], /unknown target '2.7'; choose one of .*3\.14/],
    [['dis', 'a.py', '--target'], /--target needs a value/],
    [['dis', 'a.py', '--everything'], /unknown option '--everything'; see coroscope dis --help/],
    [['dis', 'a.py', '-x'], /unknown option '-x'/],
    [['dis', 'a.py', '--json=yes'], /--json takes no value/],
    [['dis', 'a.py', '--stage', 'tokens'], /--stage can't be 'tokens'; give codegen, flowgraph, final/],
    [['dis', 'a.py', '--target', '3.8', '-C'], /dis of Python 3\.8 has no options -C/],
    [['compile', 'a.py'], /--out DIR is missing/],
    [['compile', '--out', 'out'], /PATH is missing/],
    [['compile', '--out', 'out', 'a.py', 'nowhere'], /no such file: 'nowhere'/],
    [['compile', '--out', 'a.py', 'a.py'], /can't write 'a.py\/a.pyc': a file is in the way; name another folder/],
    [['compile', '-OOO', '--out', 'out', 'a.py'], /-O can be given once or twice/],
    [['compile', '--target', '3', '--out', 'out', 'a.py'], /unknown target '3'/],
    [['run'], /FILE is missing/],
    [['run', 'nowhere.py', '--help'], /no such file: 'nowhere.py'/],
    [['run', 'a.py/b.py'], /no such file: 'a.py\/b.py'/],
    [['run', '.'], /'.' is a directory/],
    [['run', '--fast', 'a.py'], /unknown option '--fast'/],
    [['run', '--target', '4.0', 'a.py'], /unknown target '4.0'/],
    [['run', '--target'], /the version after --target is missing/],
    [['lsp'], /--stdio is missing/],
    [['dap', '--port', 'many'], /--port can't be 'many'; give a number from 0 to 65535/],
    [['dap', '--port', '65536'], /--port can't be '65536'/],
    [['dap', 'now'], /unexpected argument 'now'/],
  ];

  it('says in one line what is wrong with a command line, and exits 2', function () {
    this.timeout(60_000);
    inFolder((folder) => {
      writeFileSync(join(folder, 'a.py'), 'x = 1\n');
      for (const [args, expected] of wrong) {
        const { stdout, stderr, status } = coroscope(args, { cwd: folder });
        assert.match(stderr, expected, args.join(' '));
        assert.match(stderr, /^coroscope[^\n]*\n$/, args.join(' '));
        assert.equal(stdout, '', args.join(' '));
        assert.equal(status, 2, args.join(' '));
      }
    });
  });

  it('ends quietly when its reader has seen enough', () => {
    const command = `"${process.execPath}" dist/cli.js dis --json examples/pipeline.py | head -n 1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    assert.equal(stdout, '[\n');
    assert.equal(stderr, '');
  });

  it('shows the overview on stderr when nothing is asked', () => {
    const { stdout, stderr, status } = coroscope([]);
    assert.match(stderr, /^usage: coroscope COMMAND/);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  });
});
