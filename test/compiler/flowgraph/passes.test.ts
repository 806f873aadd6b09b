import assert from 'node:assert/strict';
import { CodeFlag } from '../../../compiler/bytecode/code-object.ts';
import { FrozenSetConstant, TupleConstant } from '../../../compiler/bytecode/constants.ts';
import { addLoadChecks } from '../../../compiler/flowgraph/add-load-checks.ts';
import { ENTRY } from '../../../compiler/flowgraph/block.ts';
import { borrowLoads } from '../../../compiler/flowgraph/borrow-loads.ts';
import { calculateStackDepth } from '../../../compiler/flowgraph/calculate-stack-depth.ts';
import { convertPseudoJumps } from '../../../compiler/flowgraph/convert-pseudo-jumps.ts';
import { inlineSmallExitBlocks } from '../../../compiler/flowgraph/inline-small-exit-blocks.ts';
import { insertSuperinstructions } from '../../../compiler/flowgraph/insert-superinstructions.ts';
import { labelExceptionTargets } from '../../../compiler/flowgraph/label-exception-targets.ts';
import { markExceptHandlers } from '../../../compiler/flowgraph/mark-except-handlers.ts';
import { normalizeJumps } from '../../../compiler/flowgraph/normalize-jumps.ts';
import { optimizeBasicBlocks } from '../../../compiler/flowgraph/optimize-basic-blocks.ts';
import { optimizeLoadConst } from '../../../compiler/flowgraph/optimize-load-const.ts';
import { checkedPipeline } from '../../../compiler/flowgraph/pass.ts';
import { loweringPasses, optimizationPasses } from '../../../compiler/flowgraph/pipeline.ts';
import { prepareLocalsplus } from '../../../compiler/flowgraph/prepare-localsplus.ts';
import { pushColdBlocks } from '../../../compiler/flowgraph/push-cold-blocks.ts';
import {
  removeRedundantNopsAndJumps,
  removeRedundantPairs,
} from '../../../compiler/flowgraph/remove-redundant-nops.ts';
import { removeUnreachable } from '../../../compiler/flowgraph/remove-unreachable.ts';
import { removeUnusedConsts } from '../../../compiler/flowgraph/remove-unused-consts.ts';
import { resolveLineNumbers } from '../../../compiler/flowgraph/resolve-line-numbers.ts';
import { graphOf, rows, textAfter } from './graph-text.ts';

describe('passes of the flow graph', () => {
  it('stand in an order that gives each what it needs', () => {
    const passes = [...optimizationPasses, ...loweringPasses];
    assert.equal(checkedPipeline(passes).length, 21);
    assert.throws(() => checkedPipeline([pushColdBlocks]), /pushColdBlocks must run after insertSuperinstructions/);
  });

  it('inlineSmallExitBlocks copies a short exit to where it is jumped to', () => {
    const graph = graphOf(`
      1 LOAD_FAST 0
      1 POP_JUMP_IF_FALSE L1
      2 JUMP L2
      L1:
      3 NOP
      L2:
      4 LOAD_CONST 0
      4 RETURN_VALUE
    `);
    assert.deepEqual(
      textAfter(graph, inlineSmallExitBlocks),
      rows(`
        1 LOAD_FAST
        1 POP_JUMP_IF_FALSE L1
        2 NOP
        4 LOAD_CONST
        4 RETURN_VALUE
        L1:
        3 NOP
        4 LOAD_CONST
        4 RETURN_VALUE
      `),
    );
  });

  it('removeUnreachable empties what no path reaches', () => {
    const graph = graphOf(`
      1 LOAD_CONST 0
      1 RETURN_VALUE
      2 LOAD_NAME 0
      2 POP_TOP
    `);
    assert.deepEqual(textAfter(graph, removeUnreachable), ['1 LOAD_CONST', '1 RETURN_VALUE']);
  });

  it('resolveLineNumbers copies an exit without a line for each block that jumps to it', () => {
    const graph = graphOf(`
      1 LOAD_FAST 0
      1 POP_JUMP_IF_FALSE L1
      2 LOAD_FAST 0
      2 POP_JUMP_IF_FALSE L1
      3 NOP
      L1:
      - LOAD_CONST 0
      - RETURN_VALUE
    `);
    assert.deepEqual(
      textAfter(graph, removeUnreachable, resolveLineNumbers),
      rows(`
        1 LOAD_FAST
        1 POP_JUMP_IF_FALSE L2
        2 LOAD_FAST
        2 POP_JUMP_IF_FALSE L1
        3 NOP
        3 LOAD_CONST
        3 RETURN_VALUE
        L1:
        2 LOAD_CONST
        2 RETURN_VALUE
        L2:
        1 LOAD_CONST
        1 RETURN_VALUE
      `),
    );
  });

  it('optimizeLoadConst decides tests of constants and turns a comparison with None into its own jump', () => {
    const graph = graphOf(
      `
      L1:
      1 LOAD_CONST 0
      1 TO_BOOL
      1 POP_JUMP_IF_FALSE L2
      2 LOAD_FAST 0
      2 LOAD_CONST 1
      2 IS_OP 1
      2 TO_BOOL
      2 POP_JUMP_IF_TRUE L1
      L2:
      3 LOAD_CONST 0
      3 RETURN_VALUE
    `,
      { consts: [7, null] },
    );
    assert.deepEqual(
      textAfter(graph, optimizeLoadConst),
      rows(`
        L1:
        1 NOP
        1 NOP
        1 NOP
        2 LOAD_FAST
        2 NOP
        2 NOP
        2 NOP
        2 POP_JUMP_IF_NOT_NONE L1
        3 LOAD_SMALL_INT 7
        3 RETURN_VALUE
      `),
    );
  });

  it('optimizeBasicBlocks folds operations on constants, the inner first', () => {
    const graph = graphOf(
      `
      1 LOAD_SMALL_INT 2
      1 LOAD_SMALL_INT 60
      1 BINARY_OP 8
      1 UNARY_NEGATIVE
      1 LOAD_CONST 0
      1 BUILD_TUPLE 2
      1 RETURN_VALUE
    `,
      { consts: ['a'] },
    );
    assert.deepEqual(
      textAfter(graph, optimizeBasicBlocks, removeRedundantNopsAndJumps),
      rows(`
        1 LOAD_CONST 3
        1 RETURN_VALUE
      `),
    );
    assert.deepEqual(graph.constants.list, ['a', 2n ** 60n, -(2n ** 60n), new TupleConstant([-(2n ** 60n), 'a'])]);
    removeUnusedConsts.run(graph);
    assert.deepEqual(graph.constants.list, ['a', new TupleConstant([-(2n ** 60n), 'a'])], 'the first is kept');
  });

  it('optimizeBasicBlocks makes one constant of a display that is only read, and extends others from one', () => {
    const graph = graphOf(
      `
      1 LOAD_FAST 0
      1 LOAD_SMALL_INT 3
      1 LOAD_SMALL_INT 1
      1 BUILD_SET 2
      1 CONTAINS_OP
      2 LOAD_SMALL_INT 1
      2 LOAD_SMALL_INT 2
      2 LOAD_SMALL_INT 3
      2 BUILD_LIST 3
      2 RETURN_VALUE
    `,
    );
    assert.deepEqual(
      textAfter(graph, optimizeBasicBlocks, removeRedundantNopsAndJumps),
      rows(`
        1 LOAD_FAST
        1 LOAD_CONST
        1 CONTAINS_OP
        2 BUILD_LIST
        - LOAD_CONST 1
        2 LIST_EXTEND 1
        2 RETURN_VALUE
      `),
    );
    assert.deepEqual(graph.constants.list, [new FrozenSetConstant([1, 3]), new TupleConstant([1, 2, 3])]);
  });

  it('optimizeBasicBlocks lets jumps to jumps go to their end, and tests of a known value past them', () => {
    const graph = graphOf(`
      1 LOAD_FAST 0
      1 JUMP_IF_FALSE L1
      1 POP_TOP
      1 LOAD_FAST 1
      L1:
      2 JUMP_IF_TRUE L2
      2 POP_TOP
      2 LOAD_FAST 2
      L2:
      3 RETURN_VALUE
    `);
    assert.deepEqual(
      textAfter(graph, optimizeBasicBlocks),
      rows(`
        1 LOAD_FAST
        1 JUMP_IF_FALSE L1
        1 POP_TOP
        1 LOAD_FAST 1
        2 JUMP_IF_TRUE L2
        L1:
        2 POP_TOP
        2 LOAD_FAST 2
        L2:
        3 RETURN_VALUE
      `),
      'when the first is false, the second is not taken',
    );
  });

  it('optimizeBasicBlocks swaps names instead of values', () => {
    const graph = graphOf(`
      1 LOAD_FAST 0
      1 LOAD_FAST 1
      1 BUILD_TUPLE 2
      1 UNPACK_SEQUENCE 2
      1 STORE_FAST 2
      1 STORE_FAST 3
    `);
    assert.deepEqual(
      textAfter(graph, optimizeBasicBlocks, removeRedundantNopsAndJumps),
      rows(`
        1 LOAD_FAST
        1 LOAD_FAST 1
        1 STORE_FAST 3
        1 STORE_FAST 2
      `),
    );
  });

  it('removeRedundantPairs drops values that are popped at once, removeRedundantNopsAndJumps what does nothing', () => {
    const graph = graphOf(
      `
      1 NOP
      2 LOAD_CONST 0
      2 POP_TOP
      2 JUMP L1
      L1:
      3 LOAD_CONST 0
      3 RETURN_VALUE
    `,
      { consts: ['docstring'] },
    );
    assert.deepEqual(
      textAfter(graph, removeRedundantPairs, removeRedundantNopsAndJumps),
      rows(`
        1 NOP
        2 NOP
        3 LOAD_CONST
        3 RETURN_VALUE
      `),
    );
  });

  it('addLoadChecks checks loads of locals that may be unset', () => {
    const graph = graphOf(
      `
      1 LOAD_FAST 0
      1 POP_JUMP_IF_FALSE L1
      2 LOAD_CONST 0
      2 STORE_FAST 1
      L1:
      3 LOAD_FAST 1
      3 LOAD_FAST 1
      3 DELETE_FAST 0
      4 LOAD_FAST 0
      4 RETURN_VALUE
    `,
      { locals: 2, nparams: 1 },
    );
    const loads = textAfter(graph, addLoadChecks).filter((row) => row.includes('LOAD_FAST'));
    assert.deepEqual(loads, ['1 LOAD_FAST', '3 LOAD_FAST_CHECK 1', '3 LOAD_FAST 1', '4 LOAD_FAST_CHECK']);
  });

  it('insertSuperinstructions joins neighbours of one line', () => {
    const graph = graphOf(
      `
      1 STORE_FAST 3
      1 LOAD_FAST 1
      1 LOAD_FAST 2
      1 LOAD_FAST 15
      2 STORE_FAST 16
      2 STORE_FAST 1
    `,
      { locals: 17 },
    );
    assert.deepEqual(
      textAfter(graph, insertSuperinstructions),
      rows(`
        1 STORE_FAST_LOAD_FAST 49
        1 LOAD_FAST_LOAD_FAST 47
        2 STORE_FAST 16
        2 STORE_FAST 1
      `),
    );
  });

  it('labelExceptionTargets and pushColdBlocks find the handlers and move them to the end', () => {
    const graph = graphOf(`
      1 SETUP_FINALLY L1
      2 LOAD_NAME 0
      2 POP_TOP
      - POP_BLOCK
      - JUMP L2
      L1:
      - PUSH_EXC_INFO
      3 POP_TOP
      3 POP_EXCEPT
      L2:
      4 LOAD_CONST 0
      4 RETURN_VALUE
    `);
    const passes = [markExceptHandlers, labelExceptionTargets, removeUnreachable, pushColdBlocks];
    assert.deepEqual(
      textAfter(graph, ...passes),
      rows(`
        1 SETUP_FINALLY L2
        2 LOAD_NAME
        2 POP_TOP
        L1:
        4 LOAD_CONST
        4 RETURN_VALUE
        L2:
        - PUSH_EXC_INFO
        3 POP_TOP
        3 POP_EXCEPT
        - JUMP_NO_INTERRUPT L1
      `),
    );
    const setup = graph.starts[ENTRY];
    assert.equal(graph.excepts[setup + 1], graph.targets[setup]);
  });

  it('convertPseudoJumps and calculateStackDepth: a handler starts with the exception pushed', () => {
    const graph = graphOf(`
      1 LOAD_NAME 0
      1 SETUP_CLEANUP L1
      2 LOAD_NAME 1
      2 JUMP_IF_FALSE L2
      2 NOP
      L2:
      2 POP_TOP
      3 RETURN_VALUE
      L1:
      - RERAISE 1
    `);
    const text = textAfter(graph, convertPseudoJumps, calculateStackDepth);
    assert.deepEqual(text.slice(3, 6), ['2 COPY 1', '2 TO_BOOL', '2 POP_JUMP_IF_FALSE L1']);
    assert.equal(graph.stackSize, 3);
    const handler = graph.targets[graph.starts[ENTRY] + 1];
    assert.equal(graph.startDepths[handler], 3, 'one value, the offset and the exception');
  });

  it('prepareLocalsplus puts the making of cells, closures and generators in front', () => {
    const graph = graphOf('1 RESUME\n2 LOAD_DEREF 1\n2 LOAD_DEREF 2\n2 RETURN_VALUE', {
      varnames: ['a', 'b'],
      cellvars: ['inner', 'b'],
      freevars: ['outer'],
      flags: CodeFlag.CO_GENERATOR,
    });
    assert.deepEqual(
      textAfter(graph, prepareLocalsplus),
      rows(`
        - COPY_FREE_VARS 1
        - MAKE_CELL 1
        - MAKE_CELL 2
        1 RETURN_GENERATOR
        1 POP_TOP
        1 RESUME
        2 LOAD_DEREF 1
        2 LOAD_DEREF 3
        2 RETURN_VALUE
      `),
    );
  });

  it('normalizeJumps turns conditional jumps forward and marks the path that they do not take', () => {
    const graph = graphOf(`
      L1:
      1 LOAD_FAST 0
      1 POP_JUMP_IF_TRUE L1
      2 LOAD_FAST 0
      2 POP_JUMP_IF_NONE L2
      3 NOP
      L2:
      4 RETURN_VALUE
    `);
    assert.deepEqual(
      textAfter(graph, normalizeJumps),
      rows(`
        L1:
        1 LOAD_FAST
        1 POP_JUMP_IF_FALSE L2
        1 NOT_TAKEN
        1 JUMP L1
        L2:
        2 LOAD_FAST
        2 POP_JUMP_IF_NONE L3
        2 NOT_TAKEN
        3 NOP
        L3:
        4 RETURN_VALUE
      `),
    );
  });

  it('borrowLoads borrows what is used up in its block before the local changes', () => {
    const graph = graphOf(
      `
      1 LOAD_FAST 0
      1 POP_TOP
      2 LOAD_FAST 1
      2 STORE_FAST 2
      3 LOAD_FAST 3
      3 LOAD_CONST 0
      3 STORE_FAST 3
      3 POP_TOP
      4 LOAD_FAST 4
      4 LOAD_FAST 0
      4 POP_JUMP_IF_FALSE L1
      5 POP_TOP
      5 LOAD_FAST 0
      5 RETURN_VALUE
      L1:
      6 RETURN_VALUE
    `,
      { locals: 5 },
    );
    const loads = textAfter(graph, calculateStackDepth, borrowLoads).filter((row) => row.includes('LOAD_FAST'));
    assert.deepEqual(loads, [
      '1 LOAD_FAST_BORROW',
      '2 LOAD_FAST 1', // stored in another local
      '3 LOAD_FAST 3', // its local changes while it is on the stack
      '4 LOAD_FAST 4', // still on the stack at the block's end
      '4 LOAD_FAST_BORROW',
      '5 LOAD_FAST_BORROW',
    ]);
  });
});
