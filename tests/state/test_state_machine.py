"""Random histories: the LMDB engine and the reference in memory must agree at every step."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from state_rows import Entry, Single, copy_of, lmdb_engine, memory_engine

from protocol.arith import ArithmeticRangeError
from smtchain.state.errors import RowExistsError

# Few values, so that entries come back to where they were in earlier blocks.
names = st.sampled_from(["a", "ab", "b"])
numbers = st.sampled_from([1, 256])
values = st.sampled_from([-(2**63), -1, 0, 256])
weights = st.sampled_from([1, 2**128 - 1])
colors = st.integers(0, 1)
shares = st.lists(st.tuples(names, numbers), max_size=2).map(tuple)
entries = st.builds(
    Entry, names, numbers, values, colors, weights, shares, st.none() | st.text(max_size=3)
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "value": values,
        "color": colors,
        "weight": weights,
        "shares": shares,
        "note": st.none() | st.text(max_size=3),
    },
)
scans = st.one_of(
    st.tuples(st.just(""), st.one_of(st.just(()), st.tuples(names), st.tuples(names, numbers))),
    st.tuples(st.just("by_value"), st.one_of(st.just(()), st.tuples(values))),
    st.tuples(
        st.just("by_color_weight"),
        st.one_of(st.just(()), st.tuples(colors), st.tuples(colors, weights)),
    ),
)
edits = st.one_of(
    st.tuples(st.just("insert"), entries),
    st.tuples(st.just("modify"), st.tuples(names, numbers, changes)),
    st.tuples(st.just("remove"), st.tuples(names, numbers)),
)


class EngineComparison(RuleBasedStateMachine):
    """Every rule does the same to both engines and compares what they answer."""

    def __init__(self):
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.real = self.open_real()
        self.model = memory_engine()
        self.checkpoints = []

    def teardown(self):
        self.real.close()
        shutil.rmtree(self.directory)

    def open_real(self):
        return lmdb_engine(self.directory, cache_rows=6)

    def both(self, action):
        outcomes = []
        for engine in (self.real, self.model):
            try:
                outcomes.append(action(engine))
            except (RowExistsError, ArithmeticRangeError) as error:
                outcomes.append(type(error))
        assert outcomes[0] == outcomes[1]
        return outcomes[0]

    def ensure_session(self):
        if not self.model.has_open_session:
            self.both(lambda engine: engine.begin_block(engine.revision + 1))

    def apply(self, edit):
        kind, what = edit

        def act(engine):
            table = engine.table(Entry)
            if kind == "insert":
                return table.insert(copy_of(what))
            row = table.find(what[0], what[1])
            if row is None:
                return None
            if kind == "remove":
                return table.remove(row)
            table.modify(row, **what[2])
            return copy_of(row)

        return self.both(act)

    @rule(edit=edits)
    def edit(self, edit):
        self.ensure_session()
        self.apply(edit)

    @rule(total=values)
    def set_single(self, total):
        self.ensure_session()

        def act(engine):
            table = engine.table(Single)
            row = table.find()
            if row is None:
                table.insert(Single(total))
            elif row.total == total:
                table.remove(row)
            else:
                table.modify(row, total=total)

        self.both(act)

    @rule(row=entries)
    def refuse_what_does_not_fit(self, row):
        self.ensure_session()
        wide = copy_of(row)
        object.__setattr__(wide, "color", 256)
        self.both(lambda engine: engine.table(Entry).insert(copy_of(wide)))

        def act(engine):
            live = engine.table(Entry).find(row.name, row.number)
            if live is not None:
                engine.table(Entry).modify(live, value=0, color=-1)

        self.both(act)

    @rule()
    def take_id(self):
        self.ensure_session()
        self.both(lambda engine: engine.table(Entry).next_id())

    @rule(name=names, number=st.one_of(numbers, st.sampled_from([-1, 2**32])))
    def find(self, name, number):
        self.both(lambda engine: engine.table(Entry).find(name, number))

    @rule(scan=scans)
    def ends(self, scan):
        index, prefix = scan
        self.both(lambda engine: engine.table(Entry).first(index, *prefix))
        self.both(lambda engine: engine.table(Entry).last(index, *prefix))

    @rule(scan=scans, cut=st.integers(0, 2), reverse=st.booleans(), during=st.lists(edits))
    def scan(self, scan, cut, reverse, during):
        index, values = scan
        prefix, start = values[:cut], values[cut:] or None
        if during:
            self.ensure_session()
        walks = [
            engine.table(Entry).scan(index, *prefix, start=start, reverse=reverse)
            for engine in (self.real, self.model)
        ]
        for step in range(100):
            rows = [next(walk, None) for walk in walks]
            assert rows[0] == rows[1]
            if rows[0] is None:
                break
            if step < len(during):
                self.apply(during[step])

    @precondition(lambda self: self.model.has_open_session and len(self.checkpoints) < 4)
    @rule()
    def enter_checkpoint(self):
        pair = [engine.checkpoint() for engine in (self.real, self.model)]
        for checkpoint in pair:
            checkpoint.__enter__()
        self.checkpoints.append(pair)

    @precondition(lambda self: self.checkpoints)
    @rule(is_failure=st.booleans())
    def leave_checkpoint(self, is_failure):
        for checkpoint in self.checkpoints.pop():
            checkpoint.__exit__(*((ValueError, ValueError(), None) if is_failure else [None] * 3))

    @precondition(lambda self: not self.model.has_open_session)
    @rule()
    def begin_pending(self):
        self.both(lambda engine: engine.begin_pending())

    @precondition(lambda self: self.model.has_open_session and not self.checkpoints)
    @rule(is_good=st.booleans())
    def end_session(self, is_good):
        if self.model._is_pending:
            self.both(lambda engine: engine.discard_pending())
        elif is_good:
            self.both(lambda engine: engine.seal_block())
        else:
            self.both(lambda engine: engine.discard_block())

    @precondition(lambda self: self.is_block_open() and not self.checkpoints)
    @rule()
    def extend_block(self):
        number = self.model.open[0].number + 1
        self.both(lambda engine: engine.extend_block(number))

    @precondition(lambda self: self.is_idle() and self.model.revision > self.committed())
    @rule()
    def undo(self):
        self.both(lambda engine: engine.undo_block())

    @precondition(lambda self: self.model.revision >= 0)
    @rule(data=st.data())
    def commit(self, data):
        lowest = max(self.committed(), 0)
        number = data.draw(st.integers(lowest, self.model.revision))
        self.both(lambda engine: engine.commit(number))

    @precondition(lambda self: not self.checkpoints)
    @rule()
    def reopen(self):
        self.real.close()
        self.real = self.open_real()
        if self.model.has_open_session:
            pending = self.model._is_pending
            self.model.discard_pending() if pending else self.model.discard_block()
        while self.model.revision > self.committed():
            self.model.undo_block()

    def is_block_open(self):
        return self.model.has_open_session and not self.model._is_pending

    def is_idle(self):
        return not self.model.has_open_session

    def committed(self):
        return self.model.committed_revision

    @invariant()
    def agree(self):
        assert self.real.digest() == self.model.digest()
        assert self.real.revision == self.model.revision
        assert self.real.committed_revision == self.model.committed_revision
        for index in ("", "by_value", "by_color_weight"):
            self.both(lambda engine, index=index: list(engine.table(Entry).scan(index)))
        self.both(lambda engine: engine.table(Single).find())
        if self.is_idle():
            assert self.real.recount_digest() == self.real.digest() == self.model.recount_digest()


TestEngines = EngineComparison.TestCase
TestEngines.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
