def f[T: int, *Ts, **P](x: T, *args: *Ts, y=1, z=2) -> P: ...
class C[T = int](Base[T], k=1):
    def m[U: (int, str)](self) -> T: return U
    type Alias[V] = dict[T, V]
type A = int | A
async def g[T](x: T = 1): yield x
