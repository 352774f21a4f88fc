"""The block log: steemd's format, and what opening makes of every kind of torn file.

Blocks here are stand-ins of the form `<number>:<payload>!`; the log knows blocks only through the
function that it is given.
"""

import random

import pytest

from protocol.errors import TruncatedError
from smtchain.chain.block_log import BlockLog, BlockLogDamagedError, MemoryBlockLog, scan_log

BLOCKS = [b"1:!", b"2:" + bytes(40) + b"!", b"3:abc!", b"4:" + b"\x03\0\0\0\0\0\0\0" + b"!"]


def number_of(raw):
    head, colon, _ = raw.partition(b":")
    if not colon or raw[-1:] != b"!":
        raise TruncatedError("no block")
    return int(head)


def read(raw, number):
    """Return the bytes if they are the block of that number."""
    try:
        return raw if number_of(raw) == number else None
    except TruncatedError:
        return None


def open_log(path, **changes):
    return BlockLog(path, number_of, **changes)


def contents(log):
    return [log.read(number) for number in range(1, log.head_number + 1)]


@pytest.fixture
def path(tmp_path):
    """A closed log of the four blocks."""
    path = tmp_path.joinpath("block_log")
    log = open_log(path)
    for number, raw in enumerate(BLOCKS, start=1):
        log.append(number, raw)
    log.close()
    return path


def index_of(path):
    return path.with_name("block_log.index")


def test_file_is_block_bytes_then_their_offset_and_the_index_is_the_offsets(path):
    # Written out by hand from block_log.cpp::append: data, then u64 LE position of the data.
    expected = b"1:!" + bytes(8)
    expected += BLOCKS[1] + (11).to_bytes(8, "little")
    expected += BLOCKS[2] + (11 + 43 + 8).to_bytes(8, "little")
    expected += BLOCKS[3] + (62 + 6 + 8).to_bytes(8, "little")
    assert path.read_bytes() == expected
    offsets = b"".join(offset.to_bytes(8, "little") for offset in (0, 11, 62, 76))
    assert index_of(path).read_bytes() == offsets


def test_opening_a_sound_log_changes_nothing(path):
    before = path.read_bytes(), index_of(path).read_bytes()
    log = open_log(path)
    assert contents(log) == BLOCKS
    assert log.cut_bytes == 0
    log.close()
    assert (path.read_bytes(), index_of(path).read_bytes()) == before


def test_reading_outside_the_log_finds_nothing(path):
    log = open_log(path)
    assert log.read(0) is None
    assert log.read(5) is None
    log.close()


@pytest.mark.parametrize("cut", range(1, len(BLOCKS[3]) + 8 + 1))
def test_a_torn_last_record_is_cut_off_wherever_it_tore(path, cut):
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    log = open_log(path)
    assert contents(log) == BLOCKS[:3]
    assert log.cut_bytes == len(BLOCKS[3]) + 8 - cut
    log.append(4, BLOCKS[3])
    log.close()
    assert path.read_bytes() == data


@pytest.mark.parametrize("size", range(4 * 8))
def test_a_short_or_torn_index_is_completed(path, size):
    whole = index_of(path).read_bytes()
    index_of(path).write_bytes(whole[:size])
    log = open_log(path)
    assert contents(log) == BLOCKS
    log.close()
    assert index_of(path).read_bytes() == whole


def test_a_missing_index_is_rebuilt(path):
    whole = index_of(path).read_bytes()
    index_of(path).unlink()
    log = open_log(path)
    assert contents(log) == BLOCKS
    log.close()
    assert index_of(path).read_bytes() == whole


def test_an_index_that_runs_ahead_of_a_torn_log_is_cut(path):
    with index_of(path).open("ab") as index:
        index.write((10_000).to_bytes(8, "little"))
    path.write_bytes(path.read_bytes()[:-3])
    log = open_log(path)
    assert contents(log) == BLOCKS[:3]
    log.close()
    assert index_of(path).stat().st_size == 24


def test_index_and_log_torn_at_random_never_show_a_block_that_was_not_written(path):
    chance = random.Random(4)
    data, index = path.read_bytes(), index_of(path).read_bytes()
    for _ in range(200):
        path.write_bytes(data[: chance.randrange(len(data) + 1)])
        index_of(path).write_bytes(index[: chance.randrange(len(index) + 1)])
        log = open_log(path)
        found = contents(log)
        log.close()
        assert found == BLOCKS[: len(found)]


def test_a_log_behind_the_committed_state_is_damaged_and_left_untouched(path):
    path.write_bytes(path.read_bytes()[:-3])
    before = path.read_bytes(), index_of(path).read_bytes()
    with pytest.raises(BlockLogDamagedError, match="4 blocks were committed") as caught:
        open_log(path, must_reach=4)
    assert caught.value.block_number == 4
    assert (path.read_bytes(), index_of(path).read_bytes()) == before
    log = open_log(path, must_reach=3)
    assert log.head_number == 3
    log.close()


def test_random_bytes_in_the_middle_are_reported_for_their_block(path):
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF  # inside block 2's trailing offset
    path.write_bytes(bytes(data))
    log = open_log(path)
    assert log.read(1) == BLOCKS[0]
    with pytest.raises(BlockLogDamagedError) as caught:
        log.read(2)
    assert caught.value.block_number == 2
    assert log.read(3) == BLOCKS[2]
    log.close()


def test_damage_in_the_middle_without_an_index_is_never_taken_for_a_torn_tail(path):
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(bytes(data))
    index_of(path).unlink()
    with pytest.raises(BlockLogDamagedError):
        open_log(path, must_reach=4)
    assert path.read_bytes() == bytes(data)


def test_damage_in_the_middle_is_not_cut_off_even_when_no_state_asks_for_what_follows(path):
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(bytes(data))
    index_of(path).unlink()
    with pytest.raises(BlockLogDamagedError, match="goes on behind it") as caught:
        open_log(path)
    assert caught.value.block_number == 2
    assert path.read_bytes() == bytes(data)


@pytest.mark.parametrize("place", range(0, 24, 3))
def test_a_damaged_index_is_made_anew_when_it_shows(path, place):
    sound = index_of(path).read_bytes()
    data = bytearray(sound)
    data[place : place + 3] = b"\xff\xee\xdd"
    index_of(path).write_bytes(bytes(data))
    log = open_log(path)
    assert contents(log) == BLOCKS
    log.close()
    assert index_of(path).read_bytes() == sound


def test_the_index_is_made_anew_once_and_only_from_a_sound_log(path, monkeypatch):
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(bytes(data))
    before = index_of(path).read_bytes()
    log = open_log(path)
    scans = []
    real = BlockLog._whole_records
    monkeypatch.setattr(
        BlockLog, "_whole_records", lambda *args: (scans.append(args), real(*args))[1]
    )
    for _ in range(3):
        with pytest.raises(BlockLogDamagedError):
            log.read(2)
    assert len(scans) == 1
    assert index_of(path).read_bytes() == before
    assert log.read(4) == BLOCKS[3]
    log.close()


def test_cutting_forgets_later_blocks_and_appending_goes_on(path):
    log = open_log(path)
    log.cut_to(2)
    assert contents(log) == BLOCKS[:2]
    log.append(3, b"3:other!")
    log.close()
    log = open_log(path)
    assert contents(log) == [*BLOCKS[:2], b"3:other!"]
    log.close()


def test_appending_out_of_order_is_a_mistake_of_the_caller(path):
    log = open_log(path)
    with pytest.raises(AssertionError):
        log.append(6, b"6:!")
    log.close()


def test_the_log_in_memory_behaves_like_the_one_on_disk():
    log = MemoryBlockLog()
    for number, raw in enumerate(BLOCKS, start=1):
        log.append(number, raw)
    log.sync()
    assert contents(log) == BLOCKS
    assert log.read(0) is None
    assert log.read(5) is None
    log.cut_to(1)
    assert contents(log) == BLOCKS[:1]
    log.close()


def test_a_foreign_log_is_read_without_touching_it(path):
    index_of(path).unlink()
    data = path.read_bytes()
    assert list(scan_log(path, read)) == BLOCKS
    path.write_bytes(data[:-3])
    assert list(scan_log(path, read)) == BLOCKS[:3]
    assert not index_of(path).exists()


def test_scanning_reports_damage_before_the_last_record(path):
    data = bytearray(path.read_bytes())
    data[0:3] = b"?!?"
    path.write_bytes(bytes(data))
    with pytest.raises(BlockLogDamagedError) as caught:
        list(scan_log(path, read))
    assert caught.value.block_number == 1


def test_an_empty_log_has_no_blocks(tmp_path):
    path = tmp_path.joinpath("block_log")
    path.write_bytes(b"")
    assert list(scan_log(path, read)) == []
