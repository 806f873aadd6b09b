from __future__ import annotations
x: List[int] = []
def f(a: int, *b: "str", c: lambda x: x + 1 = 1) -> dict[str, (1, 2)]: ...
class C:
    y: not a and b or c
    z: x[1:2, ::3] = 1
