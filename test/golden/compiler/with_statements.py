with a: b
with a as b, c as (d, e): f
def g():
    with a as b:
        return b
async def h():
    async with a as b, c:
        return await b
