"""What tools/pack-texts.ts runs: imports modules, and writes each pattern that they compile, with what became of it, into a file."""
import importlib
import json
import sys
import warnings
from re import _compiler

DEBUG = 128

seen = {}


class Recorder:
    """Stands for _sre in re._compiler, and keeps what its compile() was last given."""

    def __init__(self, sre):
        self.sre = sre
        self.last = None

    def __getattr__(self, name):
        return getattr(self.sre, name)

    def compile(self, pattern, flags, code, groups, groupindex, indexgroup):
        self.last = {
            "flags": flags,
            "code": code,
            "groups": groups,
            "groupindex": list(groupindex.items()),
            "indexgroup": indexgroup,
        }
        return self.sre.compile(pattern, flags, code, groups, groupindex, indexgroup)


def compile(pattern, flags=0):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        made = original(pattern, flags)
    # What warns has to warn each time, and DEBUG prints.
    if type(pattern) in (str, bytes) and not told and not flags & DEBUG:
        kind = "str pattern" if type(pattern) is str else "bytes pattern"
        text = pattern if type(pattern) is str else pattern.decode("latin-1")
        seen[kind, int(flags), text] = recorder.last
    return made


original = _compiler.compile
recorder = Recorder(_compiler._sre)
_compiler._sre = recorder
_compiler.compile = compile

# Those that were compiled before this program could look on.
importlib.import_module("re").purge()
for name in [*sys.modules]:
    if name in ("json.decoder", "json.encoder", "json.scanner", "warnings", "re._parser"):
        importlib.reload(sys.modules[name])

for name in 'NAMES':
    # What isn't there, such as ssl, is no concern here.
    try:
        importlib.import_module(name)
    except ImportError:
        pass

with open(sys.argv[1], "w") as lines:
    for (kind, flags, pattern), packed in seen.items():
        print(json.dumps({"kind": kind, "flags": flags, "pattern": pattern, "packed": packed}), file=lines)
