import type { ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import type { Value } from '../objects/object.ts';

/** What CPython's build writes beside the library: _sysconfigdata_<abiflags>_<platform>_<multiarch>. */
export const SYSCONFIGDATA = '_sysconfigdata__linux_x86_64-linux-gnu';

/** The variables of a build, which sysconfig reads. No Makefile made this interpreter: there are none of a C compiler. */
export const sysconfigdata = (): ModuleDefinition => {
  const variables = new PyDict();
  const known: Readonly<Record<string, Value>> = {
    ABIFLAGS: '',
    MULTIARCH: 'x86_64-linux-gnu',
    Py_DEBUG: 0,
    Py_GIL_DISABLED: 0,
    TZPATH: '/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo',
    WITH_DOC_STRINGS: 1,
  };
  for (const [name, value] of Object.entries(known)) variables.setString(name, value);
  return { name: SYSCONFIGDATA, doc: 'system configuration', attributes: { build_time_vars: variables } };
};
