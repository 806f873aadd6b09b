class Empty: pass
class Base(object, metaclass=type):
    """Doc."""
    __private = 1
    def __init__(self, value):
        self.value = value
        self.__secret = value
    def get(self): return super().get() + self.__secret
    @property
    def two(self): return super(Base, self).two
def f():
    class Local(*bases, **kw):
        def g(self): return f
    return Local
