"""DeltaBlue, after Freeman-Benson and Maloney's incremental constraint solver, with the two tasks that it is measured by: a chain of equalities
whose end follows its beginning, and points that are projected by a scale and an offset."""

REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = range(7)


class Variable:
    def __init__(self, value):
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.walkabout_strength = WEAKEST
        self.stay = True


class Constraint:
    """A relation that can be enforced by computing one of its variables, its output."""

    is_input = False

    def __init__(self, strength, *variables):
        self.strength = strength
        self.variables = variables

    def post(self, planner):
        for variable in self.variables:
            variable.constraints.append(self)
        self.output = None
        planner.add(self)

    def unlink(self):
        for variable in self.variables:
            variable.constraints.remove(self)

    @property
    def satisfied(self):
        return self.output is not None

    def choose_output(self, mark):
        """Takes the weakest variable that this constraint is strong enough to change, if there is one."""
        chosen = None
        for variable in self.outputs():
            if variable.mark == mark or variable.walkabout_strength <= self.strength:
                continue
            if chosen is None or variable.walkabout_strength > chosen.walkabout_strength:
                chosen = variable
        self.output = chosen

    def outputs(self):
        return self.variables

    def inputs(self):
        output = self.output
        return [variable for variable in self.variables if variable is not output]

    def inputs_known(self, mark):
        for variable in self.inputs():
            if not (variable.mark == mark or variable.stay or variable.determined_by is None):
                return False
        return True

    def recalculate(self):
        """Says how strongly the output is determined now, and computes it when nothing will change it."""
        output = self.output
        strength = self.strength
        stay = not self.is_input
        for variable in self.inputs():
            if variable.walkabout_strength > strength:
                strength = variable.walkabout_strength
            stay = stay and variable.stay
        output.walkabout_strength = strength
        output.stay = stay
        if stay:
            self.execute()

    def execute(self):
        pass

    def satisfy(self, mark, planner):
        """Enforces the constraint if it can; gives the one that it overrides."""
        self.choose_output(mark)
        output = self.output
        if output is None:
            if self.strength == REQUIRED:
                raise ValueError("a required constraint can't be satisfied")
            return None
        for variable in self.inputs():
            variable.mark = mark
        overridden = output.determined_by
        if overridden is not None:
            overridden.output = None
        output.determined_by = self
        if not planner.propagate(self, mark):
            raise ValueError("constraints form a cycle")
        output.mark = mark
        return overridden


class Stay(Constraint):
    pass


class Edit(Constraint):
    is_input = True


class Equality(Constraint):
    def execute(self):
        first, second = self.variables
        if self.output is first:
            first.value = second.value
        else:
            second.value = first.value


class Scale(Constraint):
    """destination = source * scale + offset, solved for either end; scale and offset are only read."""

    def outputs(self):
        source, _, _, destination = self.variables
        return source, destination

    def execute(self):
        source, scale, offset, destination = self.variables
        if self.output is destination:
            destination.value = source.value * scale.value + offset.value
        else:
            source.value = (destination.value - offset.value) // scale.value


class Planner:
    def __init__(self):
        self.mark = 0

    def next_mark(self):
        self.mark += 1
        return self.mark

    def add(self, constraint):
        mark = self.next_mark()
        overridden = constraint.satisfy(mark, self)
        while overridden is not None:
            overridden = overridden.satisfy(mark, self)

    def remove(self, constraint):
        output = constraint.output
        constraint.output = None
        constraint.unlink()
        if output is None:
            return
        unsatisfied = self.retract(output)
        for strength in range(REQUIRED, WEAKEST + 1):
            for other in unsatisfied:
                if other.strength == strength:
                    self.add(other)

    def retract(self, output):
        """Forgets what followed from a variable; gives the constraints that may be satisfied instead."""
        output.determined_by = None
        output.walkabout_strength = WEAKEST
        output.stay = True
        unsatisfied = []
        todo = [output]
        while todo:
            variable = todo.pop()
            for constraint in variable.constraints:
                if not constraint.satisfied:
                    unsatisfied.append(constraint)
            for constraint in self.consumers(variable):
                constraint.recalculate()
                todo.append(constraint.output)
        return unsatisfied

    def consumers(self, variable):
        determining = variable.determined_by
        return [other for other in variable.constraints if other is not determining and other.satisfied]

    def propagate(self, constraint, mark):
        """Recalculates what depends on a constraint's output; False when that comes back to it."""
        todo = [constraint]
        while todo:
            current = todo.pop()
            if current is not constraint and current.output.mark == mark:
                return False
            current.recalculate()
            todo.extend(self.consumers(current.output))
        return True

    def plan(self, sources):
        """The constraints to execute, in order, whenever one of the edited variables has changed."""
        mark = self.next_mark()
        plan = []
        todo = [source for source in sources if source.is_input and source.satisfied]
        while todo:
            constraint = todo.pop()
            output = constraint.output
            if output.mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                output.mark = mark
                todo.extend(self.consumers(output))
        return plan


def change(planner, variable, value):
    edit = Edit(PREFERRED, variable)
    edit.post(planner)
    plan = planner.plan([edit])
    for step in range(10):
        variable.value = value
        for constraint in plan:
            constraint.execute()
    planner.remove(edit)


def chain(length):
    planner = Planner()
    variables = [Variable(0) for _ in range(length + 1)]
    for left, right in zip(variables, variables[1:]):
        Equality(REQUIRED, left, right).post(planner)
    Stay(STRONG_DEFAULT, variables[-1]).post(planner)
    first, last = variables[0], variables[-1]
    edit = Edit(PREFERRED, first)
    edit.post(planner)
    plan = planner.plan([edit])
    for value in range(100):
        first.value = value
        for constraint in plan:
            constraint.execute()
        if last.value != value:
            raise AssertionError("the chain doesn't hold")
    planner.remove(edit)


def projection(count):
    planner = Planner()
    scale, offset = Variable(10), Variable(1000)
    ends = []
    for i in range(count):
        source, destination = Variable(i), Variable(i)
        Stay(NORMAL, source).post(planner)
        Scale(REQUIRED, source, scale, offset, destination).post(planner)
        ends.append((source, destination))
    source, destination = ends[-1]
    change(planner, source, 17)
    if destination.value != 1170:
        raise AssertionError("projection forward")
    change(planner, destination, 1050)
    if source.value != 5:
        raise AssertionError("projection backward")
    change(planner, scale, 5)
    for i in range(count - 1):
        if ends[i][1].value != i * 5 + 1000:
            raise AssertionError("projection after a change of scale")
    change(planner, offset, 2000)
    for i in range(count - 1):
        if ends[i][1].value != i * 5 + 2000:
            raise AssertionError("projection after a change of offset")


def deltablue(n):
    for _ in range(n):
        chain(100)
        projection(100)
