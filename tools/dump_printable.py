"""Prints which code points str.isprintable() refuses in the interpreter that runs it, as JSON: first, length, first, ...

The firsts are given as distances from the end of the range before, so that the numbers stay small.
"""
import json
import sys
import unicodedata


def dump():
    numbers = []
    end = 0
    point = 0
    while point <= sys.maxunicode:
        if chr(point).isprintable():
            point += 1
            continue
        first = point
        while point <= sys.maxunicode and not chr(point).isprintable():
            point += 1
        numbers += [first - end, point - first]
        end = point
    return json.dumps(
        {
            "version": "%d.%d" % sys.version_info[:2],
            "interpreter": sys.version.split(" ")[0],
            "unicode": unicodedata.unidata_version,
            "unprintable": numbers,
        },
        separators=(",", ":"),
    )


print(dump())
