# A generator driven by send(): each `yield` gives a number away and receives what the
# caller sends.
#
# What to look at
# - Hover over `co_process`: GENERATOR among its flags, and its three suspension
#   points with the offsets of their YIELD_VALUE instructions.
# - Inline bytecode beside each `data = yield …`: the number is loaded, YIELD_VALUE
#   gives it away. What send() brings is pushed on the stack of the suspended frame,
#   and STORE_FAST takes it from there.
# - Set a breakpoint on the second `yield` and press F5. When it stops, and after each
#   further send(), compare `data` and `f_lasti` of the generator in the Variables
#   view.


def co_process(arg):
    print('task with argument {} started'.format(arg))

    data = yield 1
    print('step one finished, got {} from caller'.format(data))

    data = yield 2
    print('step two finished, got {} from caller'.format(data))

    data = yield 3
    print('step three finished, got {} from caller'.format(data))


genco = co_process('foo')
print(genco.gi_frame.f_lasti, genco.gi_frame.f_back)
print(next(genco))
print(genco.send('hello'))
print(genco.send('world'))
try:
    genco.send('bye')
except StopIteration:
    print('finished')
