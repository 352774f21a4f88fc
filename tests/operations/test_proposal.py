from dataclasses import replace

import pytest

from protocol.assets import SBD, STEEM, Asset
from protocol.operations.proposal import (
    CreateProposal,
    ProposalIdsError,
    ProposalPay,
    ProposalTimeError,
    RemoveProposal,
    SpsFund,
    UpdateProposalVotes,
)
from protocol.params import DEV_PARAMS
from protocol.validation import (
    AmountNegativeError,
    InvalidAccountNameError,
    TextEmptyError,
    TextTooLongError,
    WrongSymbolError,
)

CREATE = CreateProposal("alice", "bob", 100, 101, Asset(0, SBD), "s", "p")
VOTES = UpdateProposalVotes("alice", (1, 2, 3, 4, 5), approve=True)
REMOVE = RemoveProposal("alice", (1,))
IDS = [
    pytest.param({"proposal_ids": ()}, ProposalIdsError, "proposal_ids", id="none"),
    pytest.param({"proposal_ids": (1, 2, 3, 4, 5, 6)}, ProposalIdsError, "proposal_ids", id="six"),
]


class TestCreateProposalValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            pytest.param({"creator": "x"}, InvalidAccountNameError, "creator", id="creator"),
            pytest.param({"receiver": "x"}, InvalidAccountNameError, "receiver", id="receiver"),
            pytest.param({"end_date": 100}, ProposalTimeError, "end_date", id="ends_at_start"),
            pytest.param({"daily_pay": Asset(1, STEEM)}, WrongSymbolError, "daily_pay", id="pay"),
            pytest.param({"daily_pay": Asset(-1, SBD)}, AmountNegativeError, "daily_pay", id="<0"),
            pytest.param({"subject": ""}, TextEmptyError, "subject", id="no_subject"),
            pytest.param({"subject": "s" * 81}, TextTooLongError, "subject", id="long_subject"),
            pytest.param({"permlink": ""}, TextEmptyError, "permlink", id="no_permlink"),
            pytest.param({"permlink": "p" * 256}, TextTooLongError, "permlink", id="long_link"),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(CREATE, change, error, field)

    def test_accepts_a_subject_of_80_bytes(self):
        replace(CREATE, subject="s" * 80).validate(DEV_PARAMS)


class TestCreateProposalAuthorities:
    def test_only_the_creator_signs_with_active(self):
        assert CREATE.required_active() == {"alice"}
        assert not CREATE.required_owner() | CREATE.required_posting()


class TestUpdateProposalVotesValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [*IDS, pytest.param({"voter": "x"}, InvalidAccountNameError, "voter", id="voter")],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(VOTES, change, error, field)


class TestUpdateProposalVotesAuthorities:
    def test_only_the_voter_signs_with_active(self):
        assert VOTES.required_active() == {"alice"}
        assert not VOTES.required_owner() | VOTES.required_posting()


class TestRemoveProposalValidate:
    @pytest.mark.parametrize(
        ("change", "error", "field"),
        [
            *IDS,
            pytest.param(
                {"proposal_owner": "x"}, InvalidAccountNameError, "proposal_owner", id="owner"
            ),
        ],
    )
    def test_rejects(self, refuses, change, error, field):
        refuses(REMOVE, change, error, field)


class TestRemoveProposalAuthorities:
    def test_only_the_owner_signs_with_active(self):
        assert REMOVE.required_active() == {"alice"}
        assert not REMOVE.required_owner() | REMOVE.required_posting()


@pytest.mark.parametrize("cls", [ProposalPay, SpsFund])
def test_what_the_chain_reports_is_virtual(cls):
    assert cls.IS_VIRTUAL
