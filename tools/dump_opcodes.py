"""Prints the opcode table of the interpreter that runs it, as JSON. Works on CPython 3.6 and later."""
import dis
import importlib.util
import json
import opcode
import sys


def names(numbers):
    return sorted(opcode.opname[n] for n in numbers if n < len(opcode.opname))


def dump():
    opmap = dict(opcode.opmap)
    pseudo = {name: number for name, number in opmap.items() if number > 255}
    table = {
        "version": "%d.%d" % sys.version_info[:2],
        "interpreter": sys.version.split(" ")[0],
        "magic": importlib.util.MAGIC_NUMBER.hex(),
        "opcodes": {name: number for name, number in opmap.items() if number <= 255 and not name.startswith("<")},
        "pseudo": pseudo,
        "specialized": dict(getattr(opcode, "_specialized_opmap", {})),
        "caches": {k: v for k, v in getattr(opcode, "_inline_cache_entries", {}).items() if v}
        if isinstance(getattr(opcode, "_inline_cache_entries", None), dict)
        else {opcode.opname[i]: n for i, n in enumerate(getattr(opcode, "_inline_cache_entries", [])) if n},
        "cacheFormat": getattr(opcode, "_cache_format", {}),
        "haveArgument": opcode.HAVE_ARGUMENT,
        "hasArgument": names(getattr(dis, "hasarg", [n for n in opmap.values() if n >= opcode.HAVE_ARGUMENT])),
        "hasConst": names(opcode.hasconst),
        "hasName": names(opcode.hasname),
        "hasJrel": names(opcode.hasjrel),
        "hasJabs": names(opcode.hasjabs),
        "hasLocal": names(opcode.haslocal),
        "hasFree": names(opcode.hasfree),
        "hasExc": sorted(k for k, v in opmap.items() if v in getattr(opcode, "hasexc", [])),
        "hasCompare": names(opcode.hascompare),
        "cmpOp": list(opcode.cmp_op),
        "flags": {str(k): v for k, v in dis.COMPILER_FLAG_NAMES.items()},
        "nbOps": [list(x) for x in getattr(opcode, "_nb_ops", [])],
        "intrinsic1": list(getattr(opcode, "_intrinsic_1_descs", [])),
        "intrinsic2": list(getattr(opcode, "_intrinsic_2_descs", [])),
        "specialMethods": list(getattr(opcode, "_special_method_names", [])),
        "commonConstants": [getattr(x, "__name__", repr(x)) for x in getattr(opcode, "_common_constants", [])],
    }
    return json.dumps(table, indent=2)


print(dump())
