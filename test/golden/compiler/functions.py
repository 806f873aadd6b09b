"""Module docstring.

    indented
"""
def plain(): pass
def everything(a, b=1, /, c=2, *args, d, e=3, **kwargs):
    """Doc
        string."""
    return a, b, c, args, d, e, kwargs
def annotated(x: int, *args: str, y: float = 1.0, **kw: bytes) -> None: ...
@decorator
@other(1)
def decorated(): return lambda x, *y, z=1: (x, y, z)
def late():
    return undefined_name + plain()
