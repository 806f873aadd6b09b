# async/await without an event loop: a coroutine is driven with send(None), as
# asyncio's Task does it.
#
# What to look at
# - Hover over `fetch` and `main`: COROUTINE in the flags where a generator has
#   GENERATOR.
# - Inline bytecode beside `await`: GET_AWAITABLE, then the same loop as for `yield
#   from`.
# - Press F5 and stop in `run`: the chain main → fetch → Request.__await__ is
#   suspended as one. `cr_await` leads from each to the next; only the innermost one
#   holds a real `yield`.


class Request:
    def __init__(self, question):
        self.question = question

    def __await__(self):
        answer = yield self
        return answer


async def fetch(question):
    answer = await Request(question)
    return answer.upper()


async def main():
    first = await fetch('name')
    second = await fetch('colour')
    return first + ' likes ' + second


def run(coroutine, answers):
    reply = None
    while True:
        try:
            request = coroutine.send(reply)
        except StopIteration as finished:
            return finished.value
        print('asked for', request.question, '- suspended at line', coroutine.cr_frame.f_lineno)
        reply = answers[request.question]


print(run(main(), {'name': 'ada', 'colour': 'green'}))
