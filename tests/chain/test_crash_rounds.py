"""Kill -9 at random moments: the rounds of tools/crash_rounds.py, and that its proof can fail."""

from random import Random

import crash_rounds
import pytest
from crash_rounds import Campaign, CrashProofError, Diary, Point


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_twenty_rounds_lose_nothing(capsys):
    assert crash_rounds.main(["20", "--seed", "4"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "20 rounds, nothing lost"


@pytest.mark.slow
def test_a_child_that_cannot_go_on_fails_the_rounds(tmp_path):
    campaign = Campaign(tmp_path, 0, Random(1))
    tmp_path.joinpath("genesis.json").write_text("{}")
    with pytest.raises(CrashProofError, match="ended by itself"):
        campaign.run(1)


class TestDiary:
    """Of a chain with blocks 1 (a) and 2 (b), the state after them A and B."""

    @pytest.fixture
    def diary(self):
        diary = Diary()
        diary.read(["opened 0 - Z", "applied 1 a A", "applied 2 b B"])
        return diary

    @pytest.mark.parametrize("line", ["opened 2 b B", "opened 3 c C"])
    def test_what_was_said_is_there_again_or_more(self, diary, line):
        diary.read([line])

    @pytest.mark.parametrize("line", ["opened 1 a A", "opened 2 c C", "opened 2 b C"])
    def test_a_block_that_is_gone_or_different_is_a_loss(self, diary, line):
        with pytest.raises(CrashProofError):
            diary.read([line])

    def test_a_block_that_is_applied_again_must_be_the_same(self, diary):
        with pytest.raises(CrashProofError):
            diary.read(["applied 2 c C"])

    def test_a_switch_takes_blocks_back(self, diary):
        diary.read(["leaving 1 - -", "undone 2 b -", "applied 2 c C", "applied 3 d D"])
        assert diary.branch[2] == Point("c", "C")

    def test_a_switch_cut_short_may_have_happened_or_not(self, diary):
        diary.read(["leaving 1 - -", "opened 2 b B", "applied 3 c C"])
        diary.read(["leaving 1 - -", "opened 4 f F"])
        assert sorted(diary.branch) == [0, 1, 4]

    def test_only_what_may_be_left_is_given_up(self, diary):
        diary.read(["leaving 1 - -", "undone 2 b -", "applied 2 c C", "applied 3 d D"])
        with pytest.raises(CrashProofError):
            diary.read(["opened 3 x X"])

    def test_a_replay_that_differs_is_a_loss(self, diary):
        replayed = {0: Point("-", "Z"), 1: Point("a", "A"), 2: Point("b", "B")}
        diary.compare(replayed)
        for number in (0, 1, 2):
            with pytest.raises(CrashProofError):
                diary.compare(replayed | {number: Point("a", "other")})
            with pytest.raises(CrashProofError):
                diary.compare({each: replayed[each] for each in replayed if each != number})
