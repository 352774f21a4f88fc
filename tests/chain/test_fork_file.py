"""The fork file: what was appended comes back, and a torn tail is only ever cut."""

import hashlib

import pytest

from smtchain.chain.fork_file import ForkFile, read_records

BLOCKS = [b"first", b"", b"third" * 100]


@pytest.fixture
def path(tmp_path):
    path = tmp_path.joinpath("fork_file")
    file = ForkFile(path)
    for raw in BLOCKS:
        file.append(raw, sync=True)
    file.close()
    return path


def reopened(path):
    file = ForkFile(path)
    file.close()
    return file.blocks


def test_a_record_is_length_then_checksum_then_block(path):
    expected = (5).to_bytes(4, "little") + hashlib.sha256(b"first").digest()[:8] + b"first"
    assert path.read_bytes().startswith(expected)


def test_blocks_come_back_in_order(path):
    assert reopened(path) == BLOCKS


@pytest.mark.parametrize("cut", [1, 499, 500, 505, 511])
def test_a_torn_record_is_cut_off_and_the_rest_kept(path, cut):
    path.write_bytes(path.read_bytes()[:-cut])
    file = ForkFile(path)
    assert file.blocks == BLOCKS[:2]
    file.append(b"next", sync=False)
    file.close()
    assert reopened(path) == [*BLOCKS[:2], b"next"]


def test_a_damaged_record_ends_what_is_read(path):
    data = bytearray(path.read_bytes())
    data[14] ^= 1  # inside the first block
    assert read_records(bytes(data)) == ([], 0)


def test_rewriting_replaces_everything_at_once(path):
    file = ForkFile(path)
    file.rewrite([b"only"])
    file.append(b"later", sync=False)
    file.close()
    assert reopened(path) == [b"only", b"later"]
    assert [each.name for each in path.parent.iterdir()] == ["fork_file"]
