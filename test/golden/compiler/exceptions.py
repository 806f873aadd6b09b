def f():
    try: a
    except ValueError: b
    except (TypeError, KeyError) as e: c(e)
    except: d
    else: e
    finally: g
def returns():
    for x in y:
        try: return x
        except E as e: return e
        finally: cleanup()
def nested():
    try:
        try: a
        finally: b
    except E: raise
    raise X from y
def loops():
    while a:
        try: continue
        finally: b
    for c in d:
        with e as f:
            break
