async def f(x):
    await x
    async for a in b: c
    else: d
    return [await y async for y in z if await y]
async def agen():
    yield 1
    x = yield
    await x
async def comps():
    return [x async for x in y], {x async for x in y}, {x: y async for x, y in z}, (x async for x in y)
