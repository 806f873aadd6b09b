# The smallest generator: calling counter() runs nothing, it only makes a generator
# that owns a frame.
#
# What to look at
# - Hover over `counter`: its flags say GENERATOR, and that flag alone is why the call
#   does not run the body.
# - Inline bytecode beside the `yield`: LOAD_SMALL_INT puts the value on the stack,
#   YIELD_VALUE hands it to the caller and leaves the frame where it is.
# - Press F5, stop at the second `next`, and open the suspended generator: `f_lasti`
#   has moved from before the first instruction to the one that suspended it.


def counter():
    yield 1


numbers = counter()
print(numbers.gi_frame.f_lasti, numbers.gi_running)
print(next(numbers))
print(numbers.gi_frame.f_lasti, numbers.gi_running)
try:
    next(numbers)
except StopIteration:
    print('exhausted, and the frame is gone:', numbers.gi_frame)
