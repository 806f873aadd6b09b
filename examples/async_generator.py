# An async generator: it suspends in two ways. `await` waits for something; `yield`
# gives a value to `async for`.
#
# What to look at
# - Hover over `ticker`: ASYNC_GENERATOR in its flags, and both kinds of suspension
#   points.
# - Inline bytecode beside `yield`: the value is wrapped (CALL_INTRINSIC_1 with
#   ASYNC_GEN_WRAP) so that it can be told from what an `await` inside hands to the
#   loop.
# - Press F5 and stop in `run`: when `pause` suspends, main, the async generator and
#   pause wait for each other.


class Pause:
    def __await__(self):
        yield 'pause'


async def ticker(limit):
    for tick in range(limit):
        await Pause()
        yield tick


async def main():
    async for tick in ticker(3):
        print('tick', tick)
    doubled = [tick * 2 async for tick in ticker(4) if tick]
    return doubled


def run(coroutine):
    pauses = 0
    while True:
        try:
            coroutine.send(None)
        except StopIteration as finished:
            print('pauses:', pauses)
            return finished.value
        pauses += 1


print(run(main()))
