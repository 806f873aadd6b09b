if a: x
elif b: y
elif not c and d or e: z
else: w
while a < b < c:
    if d: break
    if e: continue
    x
else: y
for i in range(3):
    for j in i:
        if j: break
    else: continue
    break
x = a if b else c if d else e
while True:
    pass
while 0: dead()
if 1: live()
else: dead()
if __debug__: debugging()
assert a, "message"
assert b
