def f():
    for x in y:
        try: return a
        finally: break
def g():
    for x in y:
        try: a
        finally: continue
def h():
    try: return a
    finally: return b
