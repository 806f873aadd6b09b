/** What the argument of an instruction stands for; the listing shows it accordingly. */
export type Operand =
  /** No argument, or one that means nothing. */
  | 'none'
  /** A number that stands for itself: a count, a depth, a small integer. */
  | 'number'
  /** Index into co_consts. */
  | 'const'
  /** Index into co_names. */
  | 'name'
  /** Index into co_names in the upper bits; bit 0: also push NULL, as a call wants it below its arguments. */
  | 'nameAndNull'
  /** Index into co_names in the upper bits; bit 0: load a method, and push `self` or NULL beside it. */
  | 'nameAndSelf'
  /** Index into co_names above two bits; bit 0 as nameAndSelf, bit 1: super() was called with two arguments. */
  | 'superName'
  /** Index into co_localsplusnames. */
  | 'local'
  /** Two indices into co_localsplusnames of four bits each. */
  | 'twoLocals'
  /** Index into co_cellvars + co_freevars, as before 3.11. */
  | 'cell'
  /** Distance to the target, forwards. */
  | 'jumpForward'
  /** Distance to the target, backwards. */
  | 'jumpBackward'
  /** Distance backwards to the instruction that this one belongs to, which is not jumped to. */
  | 'backwardLink'
  /** Offset of the target. */
  | 'jumpAbsolute'
  /** Index into the comparison operators. */
  | 'comparison'
  /** Comparison operator above five bits; bit 4: make a bool of the result. */
  | 'comparisonAndBool'
  /** Index into the binary operators (NB_ADD and so on). */
  | 'binaryOperator'
  | 'intrinsic1'
  | 'intrinsic2'
  | 'commonConstant'
  | 'specialMethod'
  /** 1 for `is not`. */
  | 'isNot'
  /** 1 for `not in`. */
  | 'notIn'
  /** 1 str, 2 repr, 3 ascii. */
  | 'conversion'
  /** Conversion in the lower two bits; bit 2: a format specification is on the stack. */
  | 'conversionAndSpec'
  /** Which attribute of a function is set. */
  | 'functionAttribute'
  /** Which parts of a function stand on the stack. */
  | 'functionParts';

export interface OpcodeMeaning {
  readonly arg: Operand;
  /** Stack before and after, bottom to top; `…` stands for any number, `[x]` for what only some arguments bring. */
  readonly stack: string;
  /** One line, for people. */
  readonly doc: string;
}

const op = (arg: Operand, stack: string, doc: string): OpcodeMeaning => ({ arg, stack, doc });

const binary = (operator: string) => op('none', 'left right -- result', `Computes \`left ${operator} right\`.`);
const inplace = (operator: string) =>
  op('none', 'left right -- result', `Computes \`left ${operator}= right\`; the left operand may be changed in place.`);

/** What every opcode means, by name, as the newest target that has it means it. */
const opcodeMeanings: Readonly<Record<string, OpcodeMeaning>> = {
  // Neither stack nor flow.
  CACHE: op('none', '--', 'Room for what the specialising interpreter remembers about the instruction before it.'),
  RESERVED: op('none', '--', 'Never executed.'),
  NOP: op('none', '--', 'Does nothing; it keeps a line that would otherwise have no instruction.'),
  EXTENDED_ARG: op('number', '--', 'Gives the next instruction the upper bits of its argument.'),
  RESUME: op(
    'number',
    '--',
    'Where execution starts or goes on: 0 at the start, 1 after `yield`, 2 after `yield from`, 3 after `await`. Also the place where signals and traces are served.',
  ),
  NOT_TAKEN: op('none', '--', 'Marks, for branch monitoring, that the conditional jump before it did not jump.'),
  ENTER_EXECUTOR: op('number', '--', 'Enters machine code or micro-operations made for a hot loop.'),
  EXIT_INIT_CHECK: op('none', 'result --', 'Checks that an inlined `__init__` returned None.'),
  INTERPRETER_EXIT: op('none', 'result --', 'Leaves the interpreter loop and gives the result to the C caller.'),

  // Moving values about.
  POP_TOP: op('none', 'value --', 'Throws the topmost value away.'),
  POP_ITER: op('none', 'iterator --', 'Throws the iterator of a finished loop away.'),
  PUSH_NULL: op('none', '-- NULL', 'Pushes NULL, which stands where a call expects `self`.'),
  COPY: op(
    'number',
    'a … b -- a … b a',
    'Pushes a copy of the value that stands so many places from the top; 1 is the topmost.',
  ),
  SWAP: op('number', 'a … b -- b … a', 'Exchanges the topmost value with the one so many places from the top.'),
  ROT_TWO: op('none', 'a b -- b a', 'Exchanges the two topmost values.'),
  ROT_THREE: op('none', 'a b c -- c a b', 'Moves the topmost value below the two under it.'),
  ROT_FOUR: op('none', 'a b c d -- d a b c', 'Moves the topmost value below the three under it.'),
  DUP_TOP: op('none', 'value -- value value', 'Pushes the topmost value once more.'),
  DUP_TOP_TWO: op('none', 'a b -- a b a b', 'Pushes the two topmost values once more, in the same order.'),

  // Constants and variables.
  LOAD_CONST: op('const', '-- value', 'Pushes a constant of the code object.'),
  LOAD_SMALL_INT: op('number', '-- int', 'Pushes the argument itself as an int (0 to 255).'),
  LOAD_COMMON_CONSTANT: op(
    'commonConstant',
    '-- value',
    'Pushes one of a few objects that every interpreter has, such as AssertionError.',
  ),
  LOAD_NAME: op(
    'name',
    '-- value',
    'Pushes a variable looked up in the local names, then the global ones, then the built-ins.',
  ),
  STORE_NAME: op('name', 'value --', 'Binds a name in the local names of a module or class body.'),
  DELETE_NAME: op('name', '--', 'Unbinds a name in the local names of a module or class body.'),
  LOAD_GLOBAL: op(
    'nameAndNull',
    '-- value [NULL]',
    'Pushes a global variable or a built-in; with bit 0 also NULL, ready for a call.',
  ),
  STORE_GLOBAL: op('name', 'value --', 'Binds a global variable.'),
  DELETE_GLOBAL: op('name', '--', 'Unbinds a global variable.'),
  LOAD_FAST: op('local', '-- value', 'Pushes a local variable of the frame.'),
  LOAD_FAST_BORROW: op(
    'local',
    '-- value',
    'Pushes a local variable without counting a reference: it is known to outlive its use.',
  ),
  LOAD_FAST_CHECK: op('local', '-- value', 'Pushes a local variable; raises UnboundLocalError when it has no value.'),
  LOAD_FAST_AND_CLEAR: op(
    'local',
    '-- value',
    'Pushes a local variable, or NULL, and leaves it unbound, so that an inlined comprehension can use its name.',
  ),
  LOAD_FAST_LOAD_FAST: op('twoLocals', '-- first second', 'Pushes two local variables.'),
  LOAD_FAST_BORROW_LOAD_FAST_BORROW: op(
    'twoLocals',
    '-- first second',
    'Pushes two local variables without counting references.',
  ),
  STORE_FAST: op('local', 'value --', 'Binds a local variable of the frame.'),
  STORE_FAST_MAYBE_NULL: op('local', 'value --', 'Binds a local variable, or unbinds it when the value is NULL.'),
  STORE_FAST_LOAD_FAST: op('twoLocals', 'value -- second', 'Binds the first local variable, then pushes the second.'),
  STORE_FAST_STORE_FAST: op(
    'twoLocals',
    'second first --',
    'Binds the first local variable to the topmost value, the second to the one below.',
  ),
  DELETE_FAST: op('local', '--', 'Unbinds a local variable of the frame.'),
  MAKE_CELL: op('local', '--', 'Puts the variable into a cell, so that inner functions can share it.'),
  COPY_FREE_VARS: op('number', '--', "Copies the cells of the function's closure into the frame."),
  LOAD_CLOSURE: op('local', '-- cell', 'Pushes the cell of a variable, for the closure of an inner function.'),
  LOAD_DEREF: op('local', '-- value', 'Pushes what a cell holds.'),
  STORE_DEREF: op('local', 'value --', 'Puts a value into a cell.'),
  DELETE_DEREF: op('local', '--', 'Empties a cell.'),
  LOAD_CLASSDEREF: op(
    'cell',
    '-- value',
    'Pushes a name of the class body, else what the cell of the enclosing function holds.',
  ),
  LOAD_FROM_DICT_OR_DEREF: op(
    'local',
    'mapping -- value',
    'Looks the name up in a mapping, else in a cell (class bodies).',
  ),
  LOAD_FROM_DICT_OR_GLOBALS: op(
    'name',
    'mapping -- value',
    'Looks the name up in a mapping, else among globals and built-ins.',
  ),
  LOAD_LOCALS: op('none', '-- mapping', 'Pushes the local names of a class body.'),
  SETUP_ANNOTATIONS: op('none', '--', 'Makes sure that `__annotations__` exists in the local names.'),

  // Attributes and items.
  LOAD_ATTR: op(
    'nameAndSelf',
    'object -- attribute [self]',
    'Pushes an attribute; with bit 0 a method and its `self`, ready for a call.',
  ),
  STORE_ATTR: op('name', 'value object --', 'Sets an attribute.'),
  DELETE_ATTR: op('name', 'object --', 'Deletes an attribute.'),
  LOAD_SUPER_ATTR: op(
    'superName',
    'super class self -- attribute [self]',
    'Pushes an attribute looked up by `super()`, without making the super object where possible.',
  ),
  LOAD_METHOD: op(
    'name',
    'object -- method self',
    'Looks a method up and pushes it with its object, so that no bound method need be made.',
  ),
  LOAD_SPECIAL: op(
    'specialMethod',
    'object -- method self',
    'Looks a special method up on the type of an object, as `with` does.',
  ),
  BINARY_SUBSCR: op('none', 'container key -- item', 'Pushes `container[key]`.'),
  STORE_SUBSCR: op('none', 'value container key --', 'Sets `container[key]`.'),
  DELETE_SUBSCR: op('none', 'container key --', 'Deletes `container[key]`.'),
  BINARY_SLICE: op('none', 'container start stop -- items', 'Pushes `container[start:stop]`.'),
  STORE_SLICE: op('none', 'value container start stop --', 'Sets `container[start:stop]`.'),

  // Operators.
  UNARY_POSITIVE: op('none', 'value -- result', 'Computes `+value`.'),
  UNARY_NEGATIVE: op('none', 'value -- result', 'Computes `-value`.'),
  UNARY_NOT: op('none', 'value -- bool', 'Computes `not value`.'),
  UNARY_INVERT: op('none', 'value -- result', 'Computes `~value`.'),
  BINARY_OP: op(
    'binaryOperator',
    'left right -- result',
    'Computes a binary operator, an in-place one, or a subscript.',
  ),
  COMPARE_OP: op(
    'comparisonAndBool',
    'left right -- result',
    'Compares two values; with bit 4 the result becomes a bool.',
  ),
  IS_OP: op('isNot', 'left right -- bool', 'Tells whether two values are (or are not) the same object.'),
  CONTAINS_OP: op('notIn', 'item container -- bool', 'Tells whether a container holds (or does not hold) an item.'),
  TO_BOOL: op('none', 'value -- bool', 'Makes a bool of a value.'),
  BINARY_POWER: binary('**'),
  BINARY_MULTIPLY: binary('*'),
  BINARY_MATRIX_MULTIPLY: binary('@'),
  BINARY_MODULO: binary('%'),
  BINARY_ADD: binary('+'),
  BINARY_SUBTRACT: binary('-'),
  BINARY_FLOOR_DIVIDE: binary('//'),
  BINARY_TRUE_DIVIDE: binary('/'),
  BINARY_LSHIFT: binary('<<'),
  BINARY_RSHIFT: binary('>>'),
  BINARY_AND: binary('&'),
  BINARY_XOR: binary('^'),
  BINARY_OR: binary('|'),
  INPLACE_POWER: inplace('**'),
  INPLACE_MULTIPLY: inplace('*'),
  INPLACE_MATRIX_MULTIPLY: inplace('@'),
  INPLACE_MODULO: inplace('%'),
  INPLACE_ADD: inplace('+'),
  INPLACE_SUBTRACT: inplace('-'),
  INPLACE_FLOOR_DIVIDE: inplace('//'),
  INPLACE_TRUE_DIVIDE: inplace('/'),
  INPLACE_LSHIFT: inplace('<<'),
  INPLACE_RSHIFT: inplace('>>'),
  INPLACE_AND: inplace('&'),
  INPLACE_XOR: inplace('^'),
  INPLACE_OR: inplace('|'),

  // Building.
  BUILD_TUPLE: op('number', 'item … -- tuple', 'Makes a tuple of so many values.'),
  BUILD_LIST: op('number', 'item … -- list', 'Makes a list of so many values.'),
  BUILD_SET: op('number', 'item … -- set', 'Makes a set of so many values.'),
  BUILD_MAP: op('number', 'key value … -- dict', 'Makes a dict of so many pairs.'),
  BUILD_CONST_KEY_MAP: op(
    'number',
    'value … keys -- dict',
    'Makes a dict of so many values; the tuple on top holds their keys.',
  ),
  BUILD_STRING: op('number', 'part … -- str', 'Joins so many strings.'),
  BUILD_SLICE: op('number', 'start stop [step] -- slice', 'Makes a slice of two or three values.'),
  BUILD_TEMPLATE: op(
    'none',
    'strings interpolations -- template',
    'Makes a t-string of its strings and its interpolations.',
  ),
  BUILD_INTERPOLATION: op(
    'number',
    'value str [spec] -- interpolation',
    'Makes one interpolation of a t-string; bit 0: a format specification is there, upper bits: its conversion.',
  ),
  BUILD_TUPLE_UNPACK: op('number', 'iterable … -- tuple', 'Makes a tuple of the items of so many iterables.'),
  BUILD_TUPLE_UNPACK_WITH_CALL: op(
    'number',
    'iterable … -- tuple',
    'Makes a tuple of the items of so many iterables, for the positional arguments of a call.',
  ),
  BUILD_LIST_UNPACK: op('number', 'iterable … -- list', 'Makes a list of the items of so many iterables.'),
  BUILD_SET_UNPACK: op('number', 'iterable … -- set', 'Makes a set of the items of so many iterables.'),
  BUILD_MAP_UNPACK: op('number', 'mapping … -- dict', 'Makes one dict of so many mappings; later ones win.'),
  BUILD_MAP_UNPACK_WITH_CALL: op(
    'number',
    'mapping … -- dict',
    'Makes one dict of so many mappings for the keyword arguments of a call; no key may come twice.',
  ),
  LIST_APPEND: op(
    'number',
    'list … item -- list …',
    'Appends to the list so many places down; the list of a comprehension.',
  ),
  LIST_EXTEND: op(
    'number',
    'list … iterable -- list …',
    'Appends all items of an iterable to the list so many places down.',
  ),
  SET_ADD: op('number', 'set … item -- set …', 'Adds to the set so many places down; the set of a comprehension.'),
  SET_UPDATE: op('number', 'set … iterable -- set …', 'Adds all items of an iterable to the set so many places down.'),
  MAP_ADD: op(
    'number',
    'dict … key value -- dict …',
    'Adds a pair to the dict so many places down; the dict of a comprehension.',
  ),
  DICT_UPDATE: op('number', 'dict … mapping -- dict …', 'Adds all pairs of a mapping to the dict so many places down.'),
  DICT_MERGE: op(
    'number',
    'dict … mapping -- dict …',
    'Adds the keyword arguments of a call to the dict so many places down; no key may come twice.',
  ),
  UNPACK_SEQUENCE: op(
    'number',
    'sequence -- last … first',
    'Takes exactly so many items out of an iterable, the first on top.',
  ),
  UNPACK_EX: op(
    'number',
    'iterable -- last … list … first',
    'Takes items out for a target with a star: low byte, how many before it; next byte, how many after.',
  ),
  CONVERT_VALUE: op('conversion', 'value -- str', 'Applies `!s`, `!r` or `!a` of an f-string.'),
  FORMAT_SIMPLE: op('none', 'value -- str', 'Formats a value with an empty specification.'),
  FORMAT_WITH_SPEC: op('none', 'value spec -- str', 'Formats a value with a specification.'),
  FORMAT_VALUE: op('conversionAndSpec', 'value [spec] -- str', 'Converts and formats a value for an f-string.'),

  // Functions, classes, calls.
  MAKE_FUNCTION: op('none', 'code -- function', 'Makes a function of a code object.'),
  SET_FUNCTION_ATTRIBUTE: op(
    'functionAttribute',
    'value function -- function',
    'Gives a new function its defaults, annotations or closure.',
  ),
  CALL: op(
    'number',
    'callable self args… -- result',
    'Calls with so many positional arguments; `self` is NULL when there is none.',
  ),
  CALL_KW: op(
    'number',
    'callable self args… names -- result',
    'Calls with so many arguments, the last of them by the keywords in the tuple on top.',
  ),
  CALL_FUNCTION_EX: op(
    'number',
    'callable NULL args kwargs -- result',
    'Calls with `*args` and `**kwargs`; kwargs is NULL when there are none.',
  ),
  CALL_FUNCTION: op('number', 'callable args… -- result', 'Calls with so many positional arguments.'),
  CALL_FUNCTION_KW: op(
    'number',
    'callable args… names -- result',
    'Calls with so many arguments, the last of them by the keywords in the tuple on top.',
  ),
  CALL_METHOD: op(
    'number',
    'method self args… -- result',
    'Calls what LOAD_METHOD pushed with so many positional arguments.',
  ),
  CALL_INTRINSIC_1: op('intrinsic1', 'value -- result', 'Calls one of the internal functions of one argument.'),
  CALL_INTRINSIC_2: op('intrinsic2', 'first second -- result', 'Calls one of the internal functions of two arguments.'),
  LOAD_BUILD_CLASS: op('none', '-- function', 'Pushes `__build_class__`, which makes classes.'),
  RETURN_VALUE: op('none', 'value --', 'Leaves the frame with a value.'),
  PRINT_EXPR: op('none', 'value --', 'Shows the value of an expression statement at the interactive prompt.'),

  // Imports.
  IMPORT_NAME: op('name', 'level fromlist -- module', 'Imports a module.'),
  IMPORT_FROM: op('name', 'module -- module attribute', 'Takes a name out of a module that is being imported from.'),
  IMPORT_STAR: op('none', 'module --', 'Binds all public names of a module in the local names.'),

  // Jumps.
  JUMP_FORWARD: op('jumpForward', '--', 'Jumps forwards.'),
  JUMP_BACKWARD: op('jumpBackward', '--', 'Jumps backwards and serves signals and pauses: the end of a loop.'),
  JUMP_BACKWARD_NO_INTERRUPT: op(
    'jumpBackward',
    '--',
    'Jumps backwards without serving signals, inside `await` and `yield from`.',
  ),
  JUMP_ABSOLUTE: op('jumpAbsolute', '--', 'Jumps.'),
  POP_JUMP_IF_TRUE: op('jumpForward', 'bool --', 'Jumps when the value is true.'),
  POP_JUMP_IF_FALSE: op('jumpForward', 'bool --', 'Jumps when the value is false.'),
  POP_JUMP_IF_NONE: op('jumpForward', 'value --', 'Jumps when the value is None.'),
  POP_JUMP_IF_NOT_NONE: op('jumpForward', 'value --', 'Jumps when the value is not None.'),
  JUMP_IF_TRUE_OR_POP: op(
    'jumpAbsolute',
    'value -- [value]',
    'Jumps and keeps the value when it is true, else throws it away.',
  ),
  JUMP_IF_FALSE_OR_POP: op(
    'jumpAbsolute',
    'value -- [value]',
    'Jumps and keeps the value when it is false, else throws it away.',
  ),

  // Iteration.
  GET_ITER: op('none', 'iterable -- iterator', 'Makes an iterator: `iter(iterable)`.'),
  FOR_ITER: op(
    'jumpForward',
    'iterator -- iterator item',
    'Pushes the next item; at the end of the iterator jumps behind the loop.',
  ),
  END_FOR: op('none', 'value --', 'Ends a `for` loop: throws away what stands above the iterator.'),
  GET_AITER: op('none', 'iterable -- iterator', 'Makes an asynchronous iterator: calls `__aiter__`.'),
  GET_ANEXT: op('none', 'iterator -- iterator awaitable', 'Pushes what `__anext__()` gives, ready to be awaited.'),
  END_ASYNC_FOR: op(
    'backwardLink',
    'iterator exception --',
    'Ends an `async for` on StopAsyncIteration; raises any other exception again.',
  ),

  // Generators and coroutines.
  RETURN_GENERATOR: op(
    'none',
    '-- None',
    'Makes a generator or coroutine of the frame and returns it to the caller: what calling such a function does.',
  ),
  YIELD_VALUE: op(
    'number',
    'value -- sent',
    'Suspends the frame and gives the value to whoever resumed it; on resumption what was sent stands in its place. 1: within `yield from` or `await`.',
  ),
  YIELD_FROM: op(
    'none',
    'subiterator sent -- result',
    'Sends into the subiterator; suspends with what it yields and comes back to itself, until it is done.',
  ),
  GET_YIELD_FROM_ITER: op(
    'none',
    'iterable -- subiterator',
    'Makes of the operand of `yield from` what can be sent into: a generator stays as it is.',
  ),
  GET_AWAITABLE: op(
    'number',
    'awaitable -- iterator',
    'Makes of the operand of `await` what can be sent into. 1 and 2: it came from `__aenter__` or `__aexit__`.',
  ),
  SEND: op(
    'jumpForward',
    'receiver sent -- receiver yielded',
    'Sends a value into the subiterator; when that is done, jumps with its result on top.',
  ),
  END_SEND: op(
    'none',
    'receiver result -- result',
    'Throws away the subiterator of a finished `yield from` or `await`.',
  ),
  CLEANUP_THROW: op(
    'none',
    'receiver sent exception -- None value',
    'Serves throw() and close() inside `yield from`: StopIteration becomes the result, else raises again.',
  ),

  // Exceptions, `with`.
  RAISE_VARARGS: op(
    'number',
    '[exception [cause]] --',
    'Raises: 0 the current exception again, 1 an exception, 2 an exception with its cause.',
  ),
  RERAISE: op(
    'number',
    '[lasti …] exception --',
    'Raises the topmost exception again; with an argument, as if from the instruction whose offset is on the stack.',
  ),
  PUSH_EXC_INFO: op(
    'none',
    'exception -- previous exception',
    'Begins a handler: the exception becomes the current one, the one before is kept below it.',
  ),
  POP_EXCEPT: op('none', 'previous --', 'Ends a handler: the exception before becomes the current one again.'),
  CHECK_EXC_MATCH: op('none', 'exception type -- exception bool', 'Tells whether `except type` takes the exception.'),
  CHECK_EG_MATCH: op('none', 'group type -- rest match', 'Splits an exception group for `except* type`.'),
  WITH_EXCEPT_START: op(
    'none',
    'exit self lasti previous exception -- exit self lasti previous exception result',
    'Calls `__exit__` of a `with` with the exception.',
  ),
  POP_BLOCK: op('none', '--', 'Leaves a `try` or `with` block.'),
  SETUP_FINALLY: op('jumpForward', '--', 'Enters a `try` block whose handler is at the target.'),
  SETUP_CLEANUP: op(
    'jumpForward',
    '--',
    'As SETUP_FINALLY, for a handler that also wants the offset of the raising instruction.',
  ),
  SETUP_WITH: op('jumpForward', '--', 'Enters the body of a `with`, whose cleanup is at the target.'),
  SETUP_ASYNC_WITH: op(
    'jumpForward',
    'entered -- exit entered',
    'Enters the body of an `async with`, whose cleanup is at the target.',
  ),
  BEFORE_ASYNC_WITH: op(
    'none',
    'manager -- exit awaitable',
    'Looks up `__aexit__`, calls `__aenter__` and pushes what is to be awaited.',
  ),
  BEGIN_FINALLY: op('none', '-- NULL', 'Begins a `finally` that is entered without an exception.'),
  CALL_FINALLY: op(
    'jumpForward',
    '-- offset',
    'Runs a `finally` block on the way out and comes back to the next instruction.',
  ),
  POP_FINALLY: op(
    'number',
    'state … [value] -- [value]',
    'Throws away what a `finally` block keeps below, because it is left by `return`, `break` or `continue`.',
  ),
  END_FINALLY: op(
    'none',
    'state … --',
    'Ends a `finally`: goes on, returns to where it was called from, or raises again.',
  ),
  WITH_CLEANUP_START: op(
    'none',
    'exit state … -- state … exception result',
    'Calls `__exit__`, with None three times or with the exception.',
  ),
  WITH_CLEANUP_FINISH: op('none', 'exception result --', 'Drops the exception when `__exit__` gave true.'),

  // Pattern matching.
  GET_LEN: op('none', 'subject -- subject int', 'Pushes the length of the subject.'),
  MATCH_MAPPING: op('none', 'subject -- subject bool', 'Tells whether the subject is a mapping.'),
  MATCH_SEQUENCE: op(
    'none',
    'subject -- subject bool',
    'Tells whether the subject is a sequence, and no str or bytes.',
  ),
  MATCH_KEYS: op(
    'none',
    'subject keys -- subject keys values',
    'Pushes the values of those keys as a tuple, or None when one is missing.',
  ),
  MATCH_CLASS: op(
    'number',
    'subject class names -- values',
    'Pushes the attributes of a class pattern as a tuple, or None; so many of them are positional.',
  ),

  // What only the compiler sees.
  ANNOTATIONS_PLACEHOLDER: op('none', '--', 'Where the code of deferred annotations goes.'),
  JUMP: op('jumpForward', '--', 'Jumps, in a direction not known yet.'),
  JUMP_NO_INTERRUPT: op('jumpForward', '--', 'Jumps without serving signals, in a direction not known yet.'),
  JUMP_IF_TRUE: op('jumpForward', 'value -- value', 'Jumps when the value is true, and keeps it.'),
  JUMP_IF_FALSE: op('jumpForward', 'value -- value', 'Jumps when the value is false, and keeps it.'),
};

const ofBlockStack: Readonly<Record<string, OpcodeMeaning>> = {
  LOAD_GLOBAL: op('name', '-- value', 'Pushes a global variable or a built-in.'),
  LOAD_ATTR: op('name', 'object -- attribute', 'Pushes an attribute.'),
  LOAD_CLOSURE: op('cell', '-- cell', 'Pushes the cell of a variable, for the closure of an inner function.'),
  LOAD_DEREF: op('cell', '-- value', 'Pushes what a cell holds.'),
  STORE_DEREF: op('cell', 'value --', 'Puts a value into a cell.'),
  DELETE_DEREF: op('cell', '--', 'Empties a cell.'),
  COMPARE_OP: op(
    'comparison',
    'left right -- result',
    'Compares two values; also `in`, `is`, and whether an `except` takes an exception.',
  ),
  MAKE_FUNCTION: op(
    'functionParts',
    '[defaults] [kwdefaults] [annotations] [closure] code name -- function',
    'Makes a function of a code object, its qualified name and what the argument says.',
  ),
  CALL_FUNCTION_EX: op('number', 'callable args [kwargs] -- result', 'Calls with `*args` and, with bit 0, `**kwargs`.'),
  POP_JUMP_IF_TRUE: op('jumpAbsolute', 'value --', 'Jumps when the value is true.'),
  POP_JUMP_IF_FALSE: op('jumpAbsolute', 'value --', 'Jumps when the value is false.'),
  FOR_ITER: op(
    'jumpForward',
    'iterator -- iterator item',
    'Pushes the next item; at the end throws the iterator away and jumps behind the loop.',
  ),
  YIELD_VALUE: op(
    'none',
    'value -- sent',
    'Suspends the frame and gives the value to whoever resumed it; on resumption what was sent stands in its place.',
  ),
  GET_AWAITABLE: op('none', 'awaitable -- iterator', 'Makes of the operand of `await` what can be sent into.'),
  END_ASYNC_FOR: op(
    'none',
    'iterator exception … --',
    'Ends an `async for` on StopAsyncIteration; raises any other exception again.',
  ),
  POP_EXCEPT: op(
    'none',
    'type value traceback --',
    'Ends a handler: the exception before becomes the current one again.',
  ),
  SETUP_FINALLY: op('jumpForward', '--', 'Enters a `try` block: pushes a block whose handler is at the target.'),
  SETUP_WITH: op(
    'jumpForward',
    'manager -- exit entered',
    'Calls `__enter__` and enters the body of a `with`, whose cleanup is at the target.',
  ),
};

/** Where the targets before 3.10, which have a block stack and no calling convention with NULL, mean something else. */
export function blockStackMeanings(): Readonly<Record<string, OpcodeMeaning>> {
  return ofBlockStack;
}

const INSTRUMENTED = 'INSTRUMENTED_';

/**
 * What an opcode means by name; `own` are a target's own meanings, which win. Instrumented opcodes mean what their
 * plain ones do. Undefined for a name that no target has.
 */
export function meaningOf(name: string, own: Readonly<Record<string, OpcodeMeaning>> = {}): OpcodeMeaning | undefined {
  const known = own[name] ?? opcodeMeanings[name];
  if (known !== undefined || !name.startsWith(INSTRUMENTED)) return known;
  const plain = meaningOf(name.slice(INSTRUMENTED.length), own);
  if (plain === undefined)
    return op('number', '--', 'Fires a monitoring event, then executes the instruction it stands for.');
  return { ...plain, doc: `${plain.doc} Fires a monitoring event first.` };
}
