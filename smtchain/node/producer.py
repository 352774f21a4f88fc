"""Making blocks: when the next one is due, and by whom."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from protocol.crypto import PrivateKey
from protocol.types import AccountName, PublicKey
from smtchain.chain.chain import Chain
from smtchain.chain.slots import get_scheduled_witness, get_slot_at_time, get_slot_time
from smtchain.node.clock import BlockClock, Clock
from smtchain.node.rpc_errors import AssertionFailedError

log = logging.getLogger(__name__)

IDLE_SECONDS = 20.0
"""With instant blocks, an empty one comes after this long, so that clients' clocks agree.

Some clients count a transaction's expiration from the head block's time and allow a minute.
"""

_SHORTEST_WAIT_SECONDS = 0.02
_FOREVER_SECONDS = 3_600.0
_TURN_SECONDS = 0.02  # a run of many blocks lets others have their turn this often


class NoWitnessKeyError(AssertionFailedError):
    """It is a witness' turn whose key this node does not have."""

    def __init__(self, witness: AccountName) -> None:
        super().__init__(
            f"it is the turn of {witness}, whose signing key is not here",
            error_code="node.no_witness_key",
            field="witness",
            value=witness,
        )


class Producer:
    """Makes blocks for the witnesses whose keys it has; never two for one slot.

    Parameters
    ----------
    chain : Chain
        The chain to extend.
    clock : Clock
        Says what slot it is.
    keys : iterable of PrivateKey
        Signing keys of the witnesses to produce for.
    block_seconds : int
        0: a block for every transaction; else a block in every slot.
    first_slot : int
        Slot of the first block, counted from genesis, when the clock stands still.
    """

    def __init__(
        self,
        chain: Chain,
        clock: Clock,
        keys: Iterable[PrivateKey],
        *,
        block_seconds: int,
        first_slot: int = 1,
    ) -> None:
        self._chain = chain
        self._clock = clock
        self._keys = {key.public_key: key for key in keys}
        self._is_instant = block_seconds == 0
        self._first_slot = first_slot
        self._lock = asyncio.Lock()
        self._last_block = time.monotonic()

    @property
    def public_keys(self) -> frozenset[PublicKey]:
        """Return the keys this node signs blocks with."""
        return frozenset(self._keys)

    async def run(self, on_fault: Callable[[Exception], None]) -> None:
        """Make blocks as they fall due, until cancelled or a fault.

        Parameters
        ----------
        on_fault : callable
            Told when a block cannot be made; then this returns.
        """
        try:
            if self._chain.state.globals.get().head_block_number == 0:
                await self._produce_if_due()
            while True:
                await asyncio.sleep(max(self._seconds_to_wait(), _SHORTEST_WAIT_SECONDS))
                if self._seconds_to_wait() <= 0:
                    await self._produce_if_due()
        except Exception as error:
            on_fault(error)

    async def transaction_accepted(self) -> None:
        """Make a block at once if blocks are instant and one of the next turns is ours."""
        if self._is_instant:
            await self._produce_if_due()

    async def produce(self, count: int, *, missed_slots: int = 0) -> int:
        """Make `count` blocks, the first after `missed_slots` empty slots; return how many.

        Slots of witnesses whose keys are not here stay empty.

        Raises
        ------
        NoWitnessKeyError
            No key of any scheduled witness is here.
        DoubleSignError
            Those that are here have signed all next slots, on another branch.
        StateFullError
            The disk or the state's map is full.
        """
        async with self._lock:
            started = time.monotonic()
            for made in range(count):
                first = 1 if made else self._slot() + missed_slots
                self._produce_in(self._own_slot(first))
                started = await self._give_way(started)
            return count

    async def produce_until(self, moment: int, *, sparsely: bool) -> int:
        """Make blocks until the head's time is at least `moment`; return how many.

        Sparsely: one block, in the first slot at or after `moment`.  Raises as `produce`.
        """
        state, params = self._chain.state, self._chain.params
        made = 0
        async with self._lock:
            started = time.monotonic()
            while state.globals.get().time < moment:
                slot = 1
                if sparsely:
                    slot = get_slot_at_time(state.globals.get(), params, moment)
                    if slot == 0 or get_slot_time(state.globals.get(), params, slot) < moment:
                        slot += 1
                self._produce_in(self._own_slot(slot))
                made += 1
                started = await self._give_way(started)
        return made

    async def _give_way(self, started: float) -> float:
        """Let others have their turn if a run of blocks takes long; return since when it lasts."""
        if time.monotonic() - started > _TURN_SECONDS:
            await asyncio.sleep(0)
            return time.monotonic()
        return started

    async def _produce_if_due(self) -> None:
        """Make the block of the present slot if it is ours.

        Where blocks do not follow a ticking clock, the next slot that is ours takes its place.
        """
        async with self._lock:
            slot = self._slot()
            if self._is_instant or isinstance(self._clock, BlockClock):
                slot = self._own_slot(slot)
            if self._is_ours(slot):
                self._produce_in(slot)

    def _slot(self) -> int:
        """Return which slot after the head the next block belongs to."""
        properties = self._chain.state.globals.get()
        if isinstance(self._clock, BlockClock):
            if properties.head_block_number == 0:
                return self._first_slot
            # On a shorter branch time may have come further.
            newest = self._chain.newest_block_time
            return get_slot_at_time(properties, self._chain.params, newest) + 1
        now = self._clock.now()
        if self._is_instant:
            # No transaction that waits may expire by the block that was to take it.
            now = min([now, *(e.transaction.expiration - 1 for e in self._chain.mempool)])
        return max(get_slot_at_time(properties, self._chain.params, now), 1)

    def _produce_in(self, slot: int) -> None:
        """Make the block of a slot; an uninterrupted step."""
        state = self._chain.state
        witness, key = self._turn(slot)
        if key is None:
            raise NoWitnessKeyError(witness)
        when = get_slot_time(state.globals.get(), self._chain.params, slot)
        self._chain.generate_block(when, witness, key)
        self._clock.reach(when)
        self._last_block = time.monotonic()

    def _own_slot(self, first: int) -> int:
        """Return the first slot from `first` on that is ours; `first` itself if none is."""
        schedule = self._chain.state.witness_schedule.get().current_shuffled_witnesses
        slots = range(first, first + len(schedule))
        return next((slot for slot in slots if self._is_ours(slot)), first)

    def _is_ours(self, slot: int) -> bool:
        """Return whether the key for a slot is here, and was not used for it before."""
        witness, key = self._turn(slot)
        when = get_slot_time(self._chain.state.globals.get(), self._chain.params, slot)
        return key is not None and not self._chain.has_signed(witness, when)

    def _turn(self, slot: int) -> tuple[AccountName, PrivateKey | None]:
        """Return whose slot it is, and their signing key if it is here."""
        witness = get_scheduled_witness(self._chain.state, slot)
        return witness, self._keys.get(self._chain.state.witnesses.get(witness).signing_key)

    def _seconds_to_wait(self) -> float:
        """Return how many real seconds until the next block is due; 0 or less when it is."""
        since = time.monotonic() - self._last_block
        stands_still = isinstance(self._clock, BlockClock)
        if self._is_instant:
            # Where the clock stands still only transactions and callers make blocks.
            return _FOREVER_SECONDS if stands_still else IDLE_SECONDS - since
        if stands_still:
            return self._chain.params.block_interval_seconds - since
        properties = self._chain.state.globals.get()
        return self._clock.seconds_until(get_slot_time(properties, self._chain.params, 1))
