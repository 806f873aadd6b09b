# Three generators in a row: each pulls from the one before it, and between two pulls
# all of them stand still.
#
# What to look at
# - Press F5 and stop at the `print` in the last loop: three suspended generators are
#   listed, each with its own line, locals and value stack. A `for` loop keeps its
#   iterator on the value stack while the body is suspended.
# - Step into `next`: one request travels through all three frames and back.
# - Hover over the generator expression `(…)`: it is a function of its own, named
#   <genexpr>.


def numbers(limit):
    current = 0
    while current < limit:
        current += 1
        yield current


def odd(source):
    for number in source:
        if number % 2:
            yield number


def running_sum(source):
    total = 0
    for number in source:
        total += number
        yield total


sums = running_sum(odd(numbers(9)))
for value in sums:
    print(value)

squares = (value * value for value in odd(numbers(5)))
print(next(squares), list(squares))
