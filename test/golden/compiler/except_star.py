def f():
    try: a
    except* ValueError as e: b
    except* (TypeError, KeyError): c
    else: d
    finally: g
try: a
except A, B: b
