# asyncio's tasks: three coroutines take turns, and each stands still where it awaits.
#
# What to look at
# - Set a breakpoint on the line `is ready` and press F5. At the first stop one task
#   runs; the others and main are suspended, each a thread of its own.
# - Select the thread of a task that waits: its locals and its value stack are those
#   of the moment at which it gave way.
# - The exception filter "Suspensions" stops at every `await` that suspends, and at
#   nothing of asyncio's own; set "justMyCode" to false to see its event loop, too.


import asyncio


async def cook(dish, minutes):
    print(dish, 'begins')
    await asyncio.sleep(minutes / 100)
    print(dish, 'is ready')
    return dish.upper()


async def main():
    orders = [('tea', 1), ('rice', 2), ('soup', 3)]
    tasks = [asyncio.create_task(cook(*order), name=order[0]) for order in orders]
    dishes = await asyncio.gather(*tasks)
    return ' and '.join(dishes)


print(asyncio.run(main()))
