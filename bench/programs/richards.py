"""Richards, after Martin Richards's benchmark: the kernel of an operating system hands packets from task to task.

An idle task, a worker and four handlers, two of which stand for devices, share a processor. The numbers of packets queued and of tasks held
when all has come to rest are those of every other version of it, which shows that this one runs the same simulation.
"""

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE_PACKET, WORK_PACKET = range(2)
PACKET_SIZE = 4
ROUNDS_OF_IDLE = 10_000


class Packet:
    def __init__(self, link, ident, kind):
        self.link = link
        self.ident = ident
        self.kind = kind
        self.datum = 0
        self.data = [0] * PACKET_SIZE

    def appended_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    """What the scheduler sees of a task: its input queue, and whether it is held or waits for a packet."""

    def __init__(self, scheduler, ident, priority, queue):
        self.scheduler = scheduler
        self.ident = ident
        self.priority = priority
        self.queue = queue
        self.has_packet = queue is not None
        self.waiting = True
        self.held = False

    def run(self, packet):
        raise NotImplementedError

    @property
    def stopped(self):
        return self.held or (self.waiting and not self.has_packet)

    def turn(self):
        packet = None
        if self.waiting and self.has_packet:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.has_packet = self.queue is not None
        return self.run(packet)

    def accept(self, packet, sender):
        """Takes a packet; gives the task to go on with."""
        if self.queue is None:
            self.queue = packet.appended_to(None)
            self.has_packet = True
            if self.priority > sender.priority:
                return self
        else:
            packet.appended_to(self.queue)
        return sender

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.scheduler.held += 1
        self.held = True
        return self.scheduler.after(self)

    def release(self, ident):
        other = self.scheduler.find(ident)
        other.held = False
        return other if other.priority > self.priority else self

    def send(self, packet):
        receiver = self.scheduler.find(packet.ident)
        self.scheduler.queued += 1
        packet.link = None
        packet.ident = self.ident
        return receiver.accept(packet, self)


class Idle(Task):
    def __init__(self, scheduler, ident, priority):
        super().__init__(scheduler, ident, priority, None)
        self.waiting = False
        self.control = 1
        self.count = ROUNDS_OF_IDLE

    def run(self, packet):
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.release(DEVICE_A)
        self.control = self.control // 2 ^ 0xD008
        return self.release(DEVICE_B)


class Worker(Task):
    def __init__(self, scheduler, ident, priority, queue):
        super().__init__(scheduler, ident, priority, queue)
        self.destination = HANDLER_A
        self.letter = 0

    def run(self, packet):
        if packet is None:
            return self.wait()
        self.destination = HANDLER_B if self.destination == HANDLER_A else HANDLER_A
        packet.ident = self.destination
        packet.datum = 0
        for i in range(PACKET_SIZE):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[i] = 64 + self.letter
        return self.send(packet)


class Handler(Task):
    def __init__(self, scheduler, ident, priority, queue):
        super().__init__(scheduler, ident, priority, queue)
        self.work = None
        self.devices = None

    def run(self, packet):
        if packet is not None:
            if packet.kind == WORK_PACKET:
                self.work = packet.appended_to(self.work)
            else:
                self.devices = packet.appended_to(self.devices)
        work = self.work
        if work is None:
            return self.wait()
        done = work.datum
        if done >= PACKET_SIZE:
            self.work = work.link
            return self.send(work)
        device = self.devices
        if device is None:
            return self.wait()
        self.devices = device.link
        device.datum = work.data[done]
        work.datum = done + 1
        return self.send(device)


class Device(Task):
    def __init__(self, scheduler, ident, priority):
        super().__init__(scheduler, ident, priority, None)
        self.pending = None

    def run(self, packet):
        if packet is not None:
            self.pending = packet
            return self.hold()
        pending = self.pending
        if pending is None:
            return self.wait()
        self.pending = None
        return self.send(pending)


class Scheduler:
    def __init__(self):
        self.tasks = {}
        self.order = []
        self.queued = 0
        self.held = 0

    def add(self, task):
        self.tasks[task.ident] = task
        # The latest comes first.
        self.order.insert(0, task)
        for i, other in enumerate(self.order):
            other.following = self.order[i + 1] if i + 1 < len(self.order) else None

    def find(self, ident):
        return self.tasks[ident]

    def after(self, task):
        return task.following

    def run(self):
        task = self.order[0]
        while task is not None:
            task = task.following if task.stopped else task.turn()


def packets(ident, kind, count):
    queue = None
    for _ in range(count):
        queue = Packet(queue, ident, kind)
    return queue


def simulate():
    """Runs the simulation once; gives the packets queued and the tasks held."""
    scheduler = Scheduler()
    scheduler.add(Idle(scheduler, IDLE, 0))
    scheduler.add(Worker(scheduler, WORKER, 1000, packets(WORKER, WORK_PACKET, 2)))
    scheduler.add(Handler(scheduler, HANDLER_A, 2000, packets(DEVICE_A, DEVICE_PACKET, 3)))
    scheduler.add(Handler(scheduler, HANDLER_B, 3000, packets(DEVICE_B, DEVICE_PACKET, 3)))
    scheduler.add(Device(scheduler, DEVICE_A, 4000))
    scheduler.add(Device(scheduler, DEVICE_B, 5000))
    scheduler.run()
    return scheduler.queued, scheduler.held


def richards(n):
    for _ in range(n):
        counts = simulate()
        if counts != (23246, 9297):
            raise AssertionError(counts)
