# `yield from`: the outer generator hands every request on to an inner one until that
# one is finished.
#
# What to look at
# - Inline bytecode beside `yield from`: GET_YIELD_FROM_ITER takes the inner
#   generator, then SEND and YIELD_VALUE form a loop (one YIELD_FROM instruction that
#   repeats itself, up to Python 3.10).
# - Press F5 with the exception filter "Suspensions" on: two generators stand still at
#   once, and `gi_yieldfrom` of the outer one is the inner one.
# - The value of the whole `yield from` expression is what the inner generator
#   returned.


def inner():
    for i in range(3):
        yield 1
    return 'inner is done'


def outer():
    yield from inner()


def outer_with_result():
    result = yield from inner()
    print('received:', result)


delegating = outer()
print(next(delegating), delegating.gi_yieldfrom.__name__)
print(next(delegating), delegating.gi_frame.f_lineno)
print(list(delegating), delegating.gi_yieldfrom)

print(list(outer_with_result()))
