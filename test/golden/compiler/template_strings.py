a = t"{x}"
b = t"a{x!r}b{y:>{width}}c{ z }"
c = t"a" t"{b}" t"c"
