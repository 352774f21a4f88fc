"""In whose history the operations of the base chain appear."""

import pytest
from world import key_of, sbd, steem

from protocol.assets import SBD, VESTS, Asset, smt_symbol
from protocol.authority import Authority, single_key_authority
from protocol.operations.account import (
    AccountCreateWithDelegation,
    AccountUpdate2,
    ClaimAccount,
    CreateClaimedAccount,
)
from protocol.operations.custom import Custom, CustomBinary, CustomJson
from protocol.operations.escrow import (
    EscrowApprove,
    EscrowDispute,
    EscrowRelease,
    EscrowTransfer,
)
from protocol.operations.market import Convert, FillConvertRequest
from protocol.operations.recovery import (
    ChangeRecoveryAccount,
    RecoverAccount,
    RequestAccountRecovery,
)
from protocol.operations.savings import Interest
from protocol.operations.smt_setup import SmtPhaseChanged
from smtchain.chain.impacted import find_token_controller, impacted_accounts

KEY = key_of("new")
# Members of authorities are not touched by an operation that names them.
MEMBERS = Authority(1, (("member", 1),), ())
SINGLE = single_key_authority(KEY)

CASES = [
    (ClaimAccount("alice", steem(1)), ["alice"]),
    (
        CreateClaimedAccount("alice", "frida", MEMBERS, SINGLE, SINGLE, KEY, ""),
        ["alice", "frida"],
    ),
    (
        AccountCreateWithDelegation(
            steem(1), Asset(1, VESTS), "alice", "frida", MEMBERS, SINGLE, SINGLE, KEY, ""
        ),
        ["alice", "frida"],
    ),
    (AccountUpdate2("alice", MEMBERS, None, None, None, "", ""), ["alice"]),
    (RequestAccountRecovery("bob", "alice", MEMBERS), ["alice", "bob"]),
    (RecoverAccount("alice", MEMBERS, SINGLE), ["alice"]),
    (ChangeRecoveryAccount("alice", "bob"), ["alice", "bob"]),
    (Custom(("alice", "bob"), 1, b""), ["alice", "bob"]),
    (CustomJson(("bob",), ("alice",), "follow", "{}"), ["alice", "bob"]),
    (
        CustomBinary(("alice",), ("bob",), ("carol",), (MEMBERS,), "blob", b""),
        ["alice", "bob", "carol"],
    ),
    (
        EscrowTransfer("bob", "carol", sbd(0), steem(1), 7, "alice", steem(0), "", 1, 2),
        ["alice", "bob", "carol"],
    ),
    (EscrowApprove("bob", "carol", "alice", "alice", 7), ["alice", "bob", "carol"]),
    (EscrowDispute("bob", "carol", "alice", "bob", 7), ["alice", "bob", "carol"]),
    (
        EscrowRelease("bob", "carol", "alice", "bob", "carol", 7, sbd(0), steem(1)),
        ["alice", "bob", "carol"],
    ),
    (Convert("alice", 3, sbd(1)), ["alice"]),
    (FillConvertRequest("alice", 3, sbd(1), steem(1)), ["alice"]),
    (Interest("alice", sbd(1)), ["alice"]),
]


@pytest.mark.parametrize(
    ("operation", "names"), CASES, ids=lambda case: getattr(case, "NAME", "names")
)
def test_everyone_named_is_touched_once(operation, names):
    assert list(impacted_accounts(operation)) == names


def test_the_control_account_hears_of_its_tokens_phases(chain):
    token = chain.state.smt_tokens.first()
    assert token is not None
    event = SmtPhaseChanged(symbol=token.symbol, old_phase=0, new_phase=1)
    assert find_token_controller(chain.state, event) == (token.control_account,)
    unknown = SmtPhaseChanged(symbol=smt_symbol(10_000_000, 3), old_phase=0, new_phase=1)
    assert find_token_controller(chain.state, unknown) == ()
    assert find_token_controller(chain.state, Interest("alice", Asset(1, SBD))) == ()
