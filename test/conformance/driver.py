"""Runs one module of CPython's own tests and writes one line of JSON a test: driver.py TESTS MODULE RESULTS EXCLUDED.

TESTS is the folder Lib/test of a native CPython: it alone is made importable, as the package `test`; the library is the one
packed with the interpreter that runs this. EXCLUDED is a JSON object, test or class or module name to the reason why it isn't run.
"""

import importlib.machinery
import importlib.util
import json
import operator
import os
import sys
import time
import unittest

tests, module, results, excluded = sys.argv[1:]
excluded = json.loads(excluded)
out = open(results, 'w', encoding='utf-8')


def write(**line):
    out.write(json.dumps(line) + '\n')
    out.flush()


def make_package():
    spec = importlib.machinery.ModuleSpec('test', None, origin=os.path.join(tests, '__init__.py'), is_package=True)
    spec.submodule_search_locations.append(tests)
    sys.modules['test'] = importlib.util.module_from_spec(spec)
    sys.modules['test'].__file__ = spec.origin


class BorrowedLibrary:
    """Finds the library modules that the packed one leaves out where the tests lie: what CPython has in C too, and dbm."""

    NAMES = frozenset({'_pydecimal', 'dbm'})

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in cls.NAMES:
            return None
        place = os.path.join(os.path.dirname(tests), name)
        if os.path.isdir(place):
            return importlib.util.spec_from_file_location(
                name, os.path.join(place, '__init__.py'), submodule_search_locations=[place])
        return importlib.util.spec_from_file_location(name, place + '.py')


def preload_annotations():
    """ann_module of the tests before 3.14 writes into the annotations of its own module, which are made lazily since."""
    name = 'test.typinganndata.ann_module'
    spec = importlib.util.find_spec(name)
    loaded = sys.modules[name] = importlib.util.module_from_spec(spec)
    loaded.__dict__['__annotations__'] = {}
    spec.loader.exec_module(loaded)


def name_twins():
    if module in ('test_grammar', 'test_int', 'test_float', 'test_complex', 'test_typing', 'test_tokenize', 'test_codeop'):
        preload_annotations()
    if module == 'test_bytes':
        # What the tests ask C's interface for is what the operators do.
        limited = sys.modules['_testlimitedcapi'] = type(sys)('_testlimitedcapi')
        limited.sequence_getitem = operator.getitem
        limited.sequence_setitem = operator.setitem
        limited.sequence_delitem = operator.delitem
    if module in ('test_traceback', 'test_dis', 'test_code', 'test_compile'):
        # They import it and look into CPython with it in few of their tests.
        sys.modules['_testinternalcapi'] = type(sys)('_testinternalcapi')
    if module == 'test_zipfile.test_core':
        # The body of a class that isn't run wants this codec.
        import codecs
        codecs.register(lambda name: codecs.lookup('utf-8') if name == 'shift_jis' else None)
    if module == 'test_monitoring':
        # Imported by its head, used by the tests of C's interface alone.
        sys.modules['_testcapi'] = type(sys)('_testcapi')
    if module == 'test_class':
        internals = sys.modules['_testinternalcapi'] = type(sys)('_testinternalcapi')

        def has_inline_values(obj):
            raise unittest.SkipTest('looks into how C lays out objects')
        internals.has_inline_values = has_inline_values
    if module == 'test_types':
        # It takes one decorator, which says no more than that a test runs once, from a module that tests extensions.
        once = sys.modules['test.test_import'] = type(sys)('test.test_import')
        once.no_rerun = lambda reason: lambda func: func


def provide_child_watcher():
    """3.14 has no child watchers any more; older tests ask for one when they clean up, and take this answer for 'none'."""
    def get_child_watcher(self):
        raise NotImplementedError
    from asyncio import events
    if not hasattr(events._AbstractEventLoopPolicy, 'get_child_watcher'):
        events._AbstractEventLoopPolicy.get_child_watcher = get_child_watcher


def limit_support():
    """Tells test.support what it can't find out by itself: there is no second interpreter to start."""
    from test import support
    support.has_subprocess_support = False
    support.has_fork_support = False
    # What CPython's own runner leaves out unless it is asked: three tests of every second of every time zone there is, for hours.
    support.use_resources = ['cpu', 'decimal', 'gui', 'largefile', 'network', 'subprocess', 'urlfetch', 'walltime']
    try:
        from test.support import script_helper
    except ImportError:
        return

    def run_python_until_end(*args, **env_vars):
        raise unittest.SkipTest('starts a second interpreter as a process')
    script_helper.run_python_until_end = run_python_until_end
    script_helper.spawn_python = run_python_until_end


def reason_against(name):
    """The reason recorded for this test, for its class or for its module; None when it is to be run."""
    while name:
        if name in excluded:
            return excluded[name]
        name = name.rpartition('.')[0]
    return None


class Result(unittest.TestResult):
    """Writes what became of each test. A test with a failing subtest has failed, once."""

    def startTest(self, test):
        super().startTest(test)
        self.outcome = 'passed'
        self.detail = None
        self.begun = time.perf_counter()
        write(test=test.id(), outcome='started')

    def settle(self, outcome, detail):
        if self.outcome != 'failed':
            self.outcome = outcome
            self.detail = detail

    def stopTest(self, test):
        super().stopTest(test)
        write(test=test.id(), outcome=self.outcome, detail=self.detail, seconds=round(time.perf_counter() - self.begun, 3))

    def addFailure(self, test, err):
        self.problem(test, err)

    def addError(self, test, err):
        self.problem(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.problem(subtest, err)

    def problem(self, test, err):
        detail = self._exc_info_to_string(err, test)
        if isinstance(test, unittest.case.TestCase):
            self.settle('failed', detail)
        else:
            write(test=test.id(), outcome='failed', detail=detail)

    def addSkip(self, test, reason):
        if isinstance(test, unittest.case.TestCase):
            self.settle('skipped', reason)
        else:
            write(test=test.id(), outcome='skipped', detail=reason)

    def addExpectedFailure(self, test, err):
        self.settle('passed', None)

    def addUnexpectedSuccess(self, test):
        self.settle('failed', 'unexpected success')


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def leave_out(suite):
    """The suite with its shape, so that fixtures of classes and modules run, without the tests that aren't to be run."""
    kept = type(suite)()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(leave_out(test))
        elif (reason := reason_against(test.id().removeprefix('test.'))) is not None:
            write(test=test.id(), outcome='skipped', detail=reason)
        else:
            kept.addTest(test)
    return kept


make_package()
sys.meta_path.append(BorrowedLibrary)
limit_support()
name_twins()
if module.startswith('test_asyncio.'):
    provide_child_watcher()
try:
    suite = unittest.defaultTestLoader.loadTestsFromName('test.' + module)
except unittest.SkipTest as reason:
    write(count=1)
    write(test='test.' + module, outcome='skipped', detail=str(reason))
    write(done=True)
    sys.exit()
write(count=suite.countTestCases())
leave_out(suite).run(Result())
write(done=True)
