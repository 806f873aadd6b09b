# A `yield` inside an expression: operands wait on the value stack while the generator
# is suspended.
#
# What to look at
# - Inline bytecode beside the assignment: `total` and `weight` are loaded before
#   YIELD_VALUE and used after it.
# - Set a breakpoint on the last `print` and press F5. Open the suspended generator's
#   "Value stack" scope: the two operands are still there, below the place where
#   send() will push its value.
# - Between two sends `total` has its old value; only the stack knows that an addition
#   has begun.


def running_total(start, weight):
    total = start
    while True:
        total = total + weight * (yield total)


totals = running_total(100, 2)
print('start', next(totals))
for amount in (5, 10, 20):
    print('after', amount, totals.send(amount))
print('suspended at line', totals.gi_frame.f_lineno)
