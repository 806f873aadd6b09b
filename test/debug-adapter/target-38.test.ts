import assert from 'node:assert/strict';
import { type Debuggee, session } from './session.ts';

const launch = { target: '3.8' };

/** Names and values of a scope. */
async function shown(debuggee: Debuggee, scope: string, threadId?: number): Promise<Record<string, string>> {
  return Object.fromEntries((await debuggee.scope(scope, threadId)).map(({ name, value }) => [name, value]));
}

const program = `
  def inner():
      x = yield 1           # YIELD
      print('got', x)       # SENT
      return x              # RETURN
  def outer(total):
      total = total + (yield from inner())   # DELEGATION
      try:              # BLOCK
          yield total       # TRY
      finally:
          print('finally')  # FINALLY
  g = outer(10)
  next(g)                   # NEXT
  print(g.send(5))          # SEND
  g.close()                 # CLOSE
  print('end')              # END
`;

describe('a program compiled for 3.8', function () {
  this.timeout(60_000);

  it('stops, steps over its yields, and shows its variables', () =>
    session(program, { launch })
      .runsTo('YIELD')
      .expectStack('inner', 'outer', '<module>')
      .stepsOverTo('SENT')
      .expectLocals({ x: '5' })
      .stepsOverTo('RETURN')
      .stepsOverTo('DELEGATION')
      .stepsOverTo('BLOCK')
      .stepsOverTo('TRY')
      .expectLocals({ total: '15' })
      .ends()
      .passes());

  it('shows what waits on the value stack, and where the frames stand', () =>
    session(program, { launch })
      .runsTo('SEND')
      .check(async (debuggee) => {
        const threads = (await debuggee.threads()).slice(1);
        const [outer, inner] = ['outer', 'inner'].map((name) => threads.find((each) => each.name.includes(name))?.id);
        const operands = await shown(debuggee, 'Value stack', outer);
        assert.equal(operands['0 → BINARY_ADD'], '10');
        assert.match(operands['1 → YIELD_FROM'], /generator object inner/);
        // YIELD_FROM stands before itself while it delegates.
        assert.equal((await shown(debuggee, 'Frame', outer))['f_lasti'], '8');
        assert.equal((await shown(debuggee, 'Frame', inner))['f_lasti'], '2');
      })
      .ends()
      .passes());

  it('steps into generators, and through the blocks that closing one leaves', () =>
    session(program, { launch })
      .breaksAt('CLOSE')
      .runsTo('NEXT')
      .stepsInTo('DELEGATION')
      .stepsInTo('YIELD')
      .runsTo('CLOSE')
      .stepsInTo('FINALLY')
      .ends()
      .passes());
});
