import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Position, Range } from 'vscode-languageserver/node';
import { Client, hintText, hoverText } from './client.ts';

const uri = 'file:///project/program.py';

/** Where a piece of text stands, as the protocol counts: UTF-16 units, `\r\n` and `\n` as ends of lines. */
function place(text: string, piece: string, nth = 0): Range {
  let at = -1;
  for (let i = 0; i <= nth; i++) at = text.indexOf(piece, at + 1);
  assert.notEqual(at, -1, `no ${JSON.stringify(piece)} in the text`);
  const position = (index: number): Position => {
    const before = text.slice(0, index).split(/\r\n|\n|\r/);
    return { line: before.length - 1, character: (before.at(-1) as string).length };
  };
  return { start: position(at), end: position(at + piece.length) };
}

describe('the language server', () => {
  let client: Client;

  beforeEach(async () => {
    client = await Client.start();
  });

  afterEach(async () => {
    assert.equal(await client.stop(), 0);
  });

  describe('hover', () => {
    const coProcess = readFileSync('examples/co_process.py', 'utf8');

    it("shows a generator's kind, flags, stack, variables and suspension points on its name", async () => {
      await client.open(uri, coProcess);
      const name = place(coProcess, 'co_process(arg)');
      const hover = await client.hover(uri, name.start);
      const text = hoverText(hover);
      assert.match(text, /^\*\*generator\*\* `co_process`/);
      assert.match(text, /`0x23` \(35\): CO_OPTIMIZED `0x1` · CO_NEWLOCALS `0x2` · \*\*CO_GENERATOR\*\* `0x20`/);
      assert.match(text, /1 argument: `arg`/);
      assert.match(text, /1 local: `data`/);
      assert.match(text, /suspends at 3 points/);
      assert.equal([...text.matchAll(/`yield` at offset \d+ \(YIELD_VALUE\)/g)].length, 3);
      assert.deepEqual(hover?.range, place(coProcess, 'co_process', coProcess.indexOf('co_process') === 0 ? 0 : 1));
    });

    it('answers on the keyword too, and on nothing else', async () => {
      await client.open(uri, coProcess);
      assert.match(hoverText(await client.hover(uri, place(coProcess, 'def co_process').start)), /generator/);
      assert.equal(await client.hover(uri, place(coProcess, 'print(').start), null);
    });

    it('tells cells from free variables', async () => {
      const text = 'def outer(a, *rest, key=1):\n    b = 1\n    def inner():\n        return a, b\n    return inner\n';
      await client.open(uri, text);
      const outer = hoverText(await client.hover(uri, place(text, 'outer').start));
      assert.match(outer, /3 arguments: `a`, `key`, `rest`/);
      assert.match(outer, /2 cell variables: `a`, `b`/);
      const inner = hoverText(await client.hover(uri, place(text, 'inner').start));
      assert.match(inner, /`outer\.<locals>\.inner`/);
      assert.match(inner, /2 free variables: `a`, `b`/);
    });

    it('knows classes, lambdas, async functions, and functions under decorators', async () => {
      const text =
        'class C(object):\n    @property\n    async def m(self):\n        await self\n    f = lambda x: (yield)\n';
      await client.open(uri, text);
      assert.match(hoverText(await client.hover(uri, place(text, 'C(').start)), /\*\*class\*\* `C`/);
      assert.match(hoverText(await client.hover(uri, place(text, 'async').start)), /\*\*coroutine\*\* `C\.m`/);
      assert.match(hoverText(await client.hover(uri, place(text, 'lambda').start)), /\*\*generator\*\* `C\.<lambda>`/);
    });

    it('says of a yield what waits on the value stack', async () => {
      const text = readFileSync('examples/running_total.py', 'utf8');
      await client.open(uri, text);
      const hover = hoverText(await client.hover(uri, place(text, 'yield total)').start));
      assert.match(hover, /\*\*yield\*\* suspends `running_total`/);
      assert.match(hover, /2 values wait on the value stack/);
    });

    it('gives two lambdas in one line their own code', async () => {
      const text = 'a = lambda: 1; b = lambda: (yield 2)\n';
      await client.open(uri, text);
      assert.match(hoverText(await client.hover(uri, place(text, 'lambda').start)), /\*\*lambda\*\*/);
      assert.match(hoverText(await client.hover(uri, place(text, 'lambda', 1).start)), /\*\*generator\*\*/);
    });
  });

  describe('positions', () => {
    for (const [what, text] of [
      ['emoji', "x = '🙂🙂'; f = lambda: (yield '🙂')\n"],
      ['Chinese', "数据 = '你好'; f = lambda: (yield 数据)\n"],
      ['tabs', "if 1:\n\tx = 'é'; f = lambda: (yield 1)\n"],
      ['CRLF', "x = 1\r\ny = '🙂'; f = lambda: (yield 1)\r\n"],
      ['a lone CR', "x = 1\ry = '🙂'; f = lambda: (yield 1)\r"],
    ]) {
      it(`are UTF-16 with ${what}`, async () => {
        await client.open(uri, text);
        const keyword = place(text, 'lambda');
        assert.deepEqual((await client.hover(uri, keyword.start))?.range, keyword);
        const suspension = place(text, 'yield');
        assert.deepEqual((await client.hover(uri, { ...suspension.start }))?.range, suspension);
      });
    }

    it('of syntax errors too', async () => {
      const text = "x = 1\r\n名 = '🙂' + 你好 = 3\r\n";
      await client.open(uri, text);
      const [error] = await client.diagnostics(uri);
      assert.equal(error.code, 'SyntaxError');
      assert.deepEqual(error.range, place(text, "'🙂' + 你好"));
    });
  });

  describe('inline bytecode', () => {
    const text = 'def g():\n    data = yield 1\n    return data\n';

    it('is off at first', async () => {
      await client.open(uri, text);
      assert.deepEqual(await client.hints(uri, [0, 3]), []);
    });

    it('names where functions suspend in a summary, and is silent about the rest', async () => {
      await client.settings({ inlineBytecode: 'summary' });
      await client.open(uri, text);
      const hints = await client.hints(uri, [0, 3]);
      const byLine = new Map(hints.map((hint) => [hint.position.line, hintText(hint)]));
      assert.deepEqual(
        [...byLine],
        [
          [0, 'RETURN_GENERATOR'],
          [1, 'YIELD_VALUE'],
        ],
      );
    });

    it('shows every instruction in full, each with its meaning', async () => {
      await client.settings({ inlineBytecode: 'full' });
      await client.open(uri, text);
      const hint = (await client.hints(uri, [1, 1]))[0];
      assert.match(hintText(hint), /^LOAD_SMALL_INT 1 {2}YIELD_VALUE 0 {2}RESUME 5 {2}STORE_FAST data$/);
      assert.deepEqual(hint.position, place(text, '    data = yield 1').end);
      const part =
        typeof hint.label === 'string' ? undefined : hint.label.find(({ value }) => value.startsWith('YIELD'));
      assert.match(typeof part?.tooltip === 'object' ? part.tooltip.value : '', /Stack: /);
    });

    it('stands at the end of the line, before CRLF and after emoji', async () => {
      await client.settings({ inlineBytecode: 'full' });
      const crlf = "x = '🙂'\r\n";
      await client.open(uri, crlf);
      assert.deepEqual((await client.hints(uri, [0, 1]))[0].position, { line: 0, character: "x = '🙂'".length });
    });
  });

  describe('while a file is edited', () => {
    it('reports the error where CPython does, and forgets it when it is mended', async () => {
      const text = 'def g():\n    yield 1\n';
      await client.open(uri, text);
      assert.deepEqual(await client.diagnostics(uri), []);
      const end = place(text, 'yield 1').end;
      await client.edit(uri, { start: end, end }, ' +');
      const [error] = await client.diagnostics(uri);
      assert.equal(error.message, 'invalid syntax');
      await client.edit(uri, { start: end, end: { ...end, character: end.character + 2 } }, ' + 2');
      assert.deepEqual(await client.diagnostics(uri), []);
    });

    it('goes on to answer for the functions around an error', async () => {
      const text = 'def g():\n    yield 1\n\nx = = 2\n\ndef h():\n    yield 2\n';
      await client.open(uri, text);
      assert.match(hoverText(await client.hover(uri, place(text, 'g()').start)), /generator/);
      assert.match(hoverText(await client.hover(uri, place(text, 'h()').start)), /generator/);
    });
  });

  it('puts a lens above what can be suspended, which leads to its bytecode', async () => {
    const text = 'def f():\n    pass\n\nasync def g():\n    yield 1\n    await f()\n';
    await client.open(uri, text);
    const [lens, ...others] = await client.lenses(uri);
    assert.deepEqual(others, []);
    assert.match(lens.command?.title ?? '', /^async generator · \d suspension points$/);
    assert.deepEqual(lens.command?.arguments, [uri, 3]);
  });

  it('lists the bytecode of the file with the source of every line', async () => {
    const text = "名 = '🙂'; print(名)\n\ndef g():\n    try:\n        yield 名\n    finally:\n        pass\n";
    await client.open(uri, text);
    const { text: listing, sources, functions } = await client.bytecode(uri);
    const lines = listing.trimEnd().split('\n');
    assert.equal(sources.length, lines.length);
    const call = lines.findIndex((line) => /\bCALL\b/.test(line));
    assert.deepEqual(sources[call], place(text, 'print(名)'));
    const suspension = lines.findIndex((line) => line.includes('YIELD_VALUE'));
    assert.deepEqual(sources[suspension], place(text, 'yield 名'));
    assert.equal(lines[functions[1].line].startsWith('# g  generator'), true);
    assert.equal(functions[1].sourceLine, 2);
  });
});
