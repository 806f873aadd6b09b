import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { newException, notImplementedErrorType } from '../objects/exception.ts';
import { newType } from '../objects/object.ts';

const tokenizerIterType = defineType(newType('_tokenize.TokenizerIter'), {
  module: '_tokenize',
  tp_new() {
    throw newException(notImplementedErrorType, 'not supported yet: the tokenize module (TokenizerIter)');
  },
});

/** `_tokenize`, which the library's tokenize needs to be imported. Tokenizing itself isn't supported yet, and says so. */
export const tokenize = (): ModuleDefinition => ({
  name: '_tokenize',
  attributes: { TokenizerIter: tokenizerIterType },
});
