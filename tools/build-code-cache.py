"""What tools/build-code-cache.mjs runs, so that the code of the usual is in the cache."""
import asyncio
import collections
import dataclasses
import enum
import json
import re


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.5


class Color(enum.Enum):
    RED = 1


def numbers():
    yield from (n * n for n in range(3))


async def main():
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))
    async with asyncio.timeout(1):
        return [number async for number in counting()]


async def counting():
    for number in numbers():
        await asyncio.sleep(0)
        yield number


try:
    [].pop()
except IndexError as error:
    str(error)
asyncio.run(main())
json.loads(json.dumps({"a": [1, 2.5, None, "é"], "b": collections.Counter("hello")}))
re.sub(r"(\w+)", lambda match: f"{match[1]!r:>8}", "one two")
repr((Point(1), Color.RED, {1, 2}, b"x", 1e100))
