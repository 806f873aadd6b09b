import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { loads } from '../../compiler/bytecode/marshal.ts';
import { targetNamed } from '../../compiler/targets/registry.ts';
import { nestedCode } from '../../debug-adapter/core/lines.ts';
import { pyodideOracle } from '../../tools/oracle.ts';

/** What CPython 3.14 compiles a module to. */
export async function compiledByPython(source: string): Promise<CodeObject> {
  const oracle = await pyodideOracle();
  const hex = oracle.ask<string>(
    'import marshal\ndef main(source): return marshal.dumps(compile(source, "test.py", "exec")).hex()',
    source,
  );
  return loads(Buffer.from(hex, 'hex'), targetNamed('3.14')!) as CodeObject;
}

export function functionNamed(module: CodeObject, name: string): CodeObject {
  for (const code of nestedCode(module)) if (code.co_name === name) return code;
  throw new Error(`no function ${name}`);
}
