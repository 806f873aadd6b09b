a = f"{x}"
b = f"a{x!r}b{y:>{width}}c{z!s:10}"
c = f"{x=}" "tail"
d = "%s and %r" % (a, b)
e = "%d" % (a,)
f = f"""
{x}
  {y!r}
{z}
"""
g = "\N{BULLET}" "\ud800" r"\n" b"\xff"
h = f""
