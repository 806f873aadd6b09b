f()
f(1, 2)
f(a=1, b=2)
f(1, *a, 2, **k)
f(*a)
f(**k)
f(**k, x=1, **l)
o.m()
o.m(1, k=2)
o.m(*a)
import mod
mod.f(1)
print(f(g(h(1))),
      o
      .m
      .n(2))
