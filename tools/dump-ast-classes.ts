import { writeFileSync } from 'node:fs';
import { pyodideOracle } from './oracle.ts';

// Writes vm/modules/ast/classes.json: the node classes of CPython's _ast module. node tools/run.mjs tools/dump-ast-classes.ts
const oracle = await pyodideOracle();
const classes = oracle.ask(`import _ast
def type_name(t):
    origin = getattr(t, '__origin__', None)
    if origin is list:
        return 'list[' + type_name(t.__args__[0]) + ']'
    args = getattr(t, '__args__', None)
    if args:
        return ' | '.join('None' if a is type(None) else type_name(a) for a in args)
    return t.__name__
def main(_):
    found = [c for c in vars(_ast).values() if isinstance(c, type) and issubclass(c, _ast.AST) and c is not _ast.AST]
    order = {c: i for i, c in enumerate(found)}
    found.sort(key=lambda c: (len(c.__mro__), order[c]))
    return [{
        'name': c.__name__,
        'base': c.__base__.__name__,
        'doc': c.__doc__,
        'fields': list(c.__dict__.get('_fields', c._fields)),
        'attributes': list(c.__dict__['_attributes']) if '_attributes' in c.__dict__ else None,
        'types': {k: type_name(v) for k, v in getattr(c, '_field_types', {}).items()},
        'optional': [k for k in list(c._fields) + list(c._attributes) if k in c.__dict__ and c.__dict__[k] is None],
    } for c in found]`);
writeFileSync('vm/modules/ast/classes.json', `${JSON.stringify(classes, null, 1)}\n`);
