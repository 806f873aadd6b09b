import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { session } from './session.ts';

const program = `
  from contextlib import contextmanager

  @contextmanager
  def opened(name):
      print('open', name)    # OPEN
      yield name             # YIELD
      print('close', name)   # CLOSE

  with opened('a') as f:     # WITH
      print(f)               # BODY
  print('end')               # END
`;

describe('debugging through the library', function () {
  this.timeout(60_000);

  it('steps in to the user’s own code, past the library’s', () =>
    session(program)
      .runsTo('WITH')
      .stepsInTo('OPEN')
      .stepsOverTo('YIELD')
      .stepsInTo('WITH')
      .stepsOverTo('BODY')
      .stepsOverTo('WITH')
      .stepsInTo('YIELD')
      .stepsOverTo('CLOSE')
      .ends()
      .passes());

  it('leaves the library’s generators out of the threads and dims its frames', () =>
    session(program)
      .runsTo('OPEN')
      .check(async (debuggee) => {
        const frames = await debuggee.stack();
        assert.deepEqual(
          frames.map(({ name, presentationHint }) => `${name} ${presentationHint}`),
          ['opened normal', '_GeneratorContextManager.__enter__ subtle', '<module> normal'],
        );
        const { source } = frames[1];
        assert.equal(source?.presentationHint, 'deemphasize');
        const { content } = await debuggee.client.request<DebugProtocol.SourceResponse['body']>('source', {
          source,
          sourceReference: source?.sourceReference,
        });
        assert.match(content, /def __enter__\(self\):/);
      })
      .ends()
      .passes());

  it('steps into the library when it is asked to', () =>
    session(program, { launch: { justMyCode: false } })
      .runsTo('WITH')
      .check(async (debuggee) => {
        await debuggee.resume('stepIn');
        await debuggee.waitForStop();
        assert.equal((await debuggee.stack())[0].name, 'contextmanager.<locals>.helper');
        await debuggee.setBreakpoints([]);
      })
      .ends()
      .passes());

  it('stops in modules that the program imports', () =>
    session(`
      import helper
      print(helper.twice(4))
    `)
      .check(async (debuggee) => {
        const path = join(debuggee.directory, 'helper.py');
        writeFileSync(path, 'def twice(x):\n\n    return x * 2\n');
        const { client } = debuggee;
        await debuggee.launch([], { launch: { stopOnEntry: true } });
        await debuggee.waitForStop();
        const { breakpoints } = await client.request<DebugProtocol.SetBreakpointsResponse['body']>('setBreakpoints', {
          source: { path },
          breakpoints: [{ line: 2 }],
        });
        assert.deepEqual([breakpoints[0].verified, breakpoints[0].line], [true, 3]);
        await debuggee.resume('continue');
        await debuggee.waitForStop();
        const [frame] = await debuggee.stack();
        assert.deepEqual([frame.name, frame.line, frame.source?.path], ['twice', 3, path]);
        const { sources } = await client.request<DebugProtocol.LoadedSourcesResponse['body']>('loadedSources');
        assert.ok(sources.some((source) => source.path === path));
      })
      .ends()
      .passes());
});
