x = f(a,
      b,
      c=d)
y = (a
     + b
     * c)
z = a[
    b
]
def f(
    a,
    b=1,
):
    return (
        a,
        b
    )
@deco
class C(
    B
): pass
