"""claim_account, create_claimed_account and account_create_with_delegation; figures by hand.

The median fee is 3.000 STEEM and a satoshi of STEEM buys 1,000 satoshis of VESTS, so a new account
needs 3,000 * 30 * 5 * 1,000 = 450,000,000 of them; each satoshi of the fee counts as 5,000.
"""

import pytest
from world import NOW, key_of, steem

from protocol.assets import VESTS, Asset
from protocol.authority import Authority, single_key_authority
from protocol.operations.account import (
    AccountCreateWithDelegation,
    ClaimAccount,
    CreateClaimedAccount,
)
from protocol.validation import AuthorityTooLargeError, OutOfBoundsError
from smtchain.evaluators.account import (
    AccountExistsError,
    CreationFeeTooLowError,
    DelegationTooLowError,
    NoAccountSubsidyError,
    NoClaimedAccountError,
    WrongCreationFeeError,
)
from smtchain.ledger.accounts import AccountNotFoundError
from smtchain.ledger.balances import InsufficientFundsError
from smtchain.state.tables.delegation import VestingDelegation

ROLES = ("owner", "active", "posting")
NEW_ACCOUNT = {
    "new_account_name": "frida",
    "owner": single_key_authority(key_of("frida owner")),
    "active": single_key_authority(key_of("frida active")),
    "posting": single_key_authority(key_of("frida posting")),
    "memo_key": key_of("frida memo"),
    "json_metadata": '{"city":"Berlin"}',
}
UNKNOWN = Authority(1, (("alice", 1), ("nobody", 1)), ())
TARGET = 450_000_000
THIRTY_DAYS = 2_592_000


def vests(amount):
    return Asset(amount, VESTS)


def valid_claim(**changes):
    return ClaimAccount(**({"creator": "alice", "fee": steem(3_000)} | changes))


def valid_claimed(**changes):
    return CreateClaimedAccount(**(NEW_ACCOUNT | {"creator": "alice"} | changes))


def valid_delegated(**changes):
    given = {
        "creator": "alice",
        "fee": steem(3_000),
        # 450,000,000 less the 15,000,000 that the fee counts for
        "delegation": vests(435_000_000),
    }
    return AccountCreateWithDelegation(**(NEW_ACCOUNT | given | changes))


def check_new_account(world):
    frida = world.account("frida")
    assert (frida.balance, frida.sbd_balance, frida.vesting_shares) == (0, 0, 0)
    assert (frida.created, frida.recovery_account, frida.mined) == (NOW, "alice", False)
    assert frida.memo_key == key_of("frida memo")
    assert frida.json_metadata == '{"city":"Berlin"}'
    row = world.state.account_authorities.get("frida")
    for role in ROLES:
        assert getattr(row, role) == single_key_authority(key_of(f"frida {role}"))


class TestClaimAccountApply:
    @pytest.fixture(autouse=True)
    def _funded(self, world):
        world.give("alice", steem(7_000))

    def test_pays_the_fee_and_counts_the_claim(self, world):
        world.apply(valid_claim())
        assert world.account("alice").balance == 4_000
        assert world.account("null").balance == 3_000
        assert world.account("alice").pending_claimed_accounts == 1
        world.apply(valid_claim())
        assert world.account("alice").pending_claimed_accounts == 2

    def test_rejects_an_unknown_creator(self, world):
        world.refuse(
            valid_claim(creator="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "creator",
            "nobody",
        )
        world.apply(valid_claim())

    def test_rejects_a_creator_who_cannot_pay(self, world):
        world.refuse(
            valid_claim(creator="bob"),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "fee",
            "3.000 STEEM",
        )
        world.apply(valid_claim())

    def test_rejects_a_claim_for_nothing(self, world):
        world.refuse(
            valid_claim(fee=steem(0)),
            NoAccountSubsidyError,
            "evaluation.account.no_subsidy",
            "fee",
            0,
        )
        world.apply(valid_claim())

    @pytest.mark.parametrize("fee", [1, 2_999, 3_001])
    def test_rejects_every_fee_but_the_median(self, world, fee):
        world.refuse(
            valid_claim(fee=steem(fee)),
            WrongCreationFeeError,
            "evaluation.account.wrong_creation_fee",
            "fee",
            fee,
        )
        world.apply(valid_claim())


class TestCreateClaimedAccountApply:
    @pytest.fixture(autouse=True)
    def _claimed(self, world):
        world.give("alice", steem(3_000))
        world.apply(valid_claim())

    def test_creates_an_account_and_uses_the_claim_up(self, world):
        assert world.apply(valid_claimed()) == ()
        check_new_account(world)
        assert world.account("alice").pending_claimed_accounts == 0

    def test_account_created_by_temp_has_no_recovery_account(self, world):
        world.give("temp", steem(3_000))
        world.apply(valid_claim(creator="temp"))
        world.apply(valid_claimed(creator="temp"))
        assert world.account("frida").recovery_account == ""

    def test_rejects_an_unknown_creator(self, world):
        world.refuse(
            valid_claimed(creator="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "creator",
            "nobody",
        )
        world.apply(valid_claimed())

    def test_rejects_a_creator_without_claims(self, world):
        world.refuse(
            valid_claimed(creator="bob"),
            NoClaimedAccountError,
            "evaluation.account.none_claimed",
            "creator",
            "bob",
        )
        world.apply(valid_claimed())

    def test_rejects_the_second_use_of_a_claim(self, world):
        world.apply(valid_claimed())
        world.refuse(
            valid_claimed(new_account_name="gina"),
            NoClaimedAccountError,
            "evaluation.account.none_claimed",
            "creator",
            "alice",
        )

    def test_rejects_a_taken_name(self, world):
        world.refuse(
            valid_claimed(new_account_name="bob"),
            AccountExistsError,
            "evaluation.account.exists",
            "new_account_name",
            "bob",
        )
        world.apply(valid_claimed())

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_authorities_of_unknown_accounts(self, world, role):
        world.refuse(
            valid_claimed(**{role: UNKNOWN}),
            AccountNotFoundError,
            "evaluation.account.not_found",
            f"{role}.account_auths[1]",
            "nobody",
        )
        world.apply(valid_claimed())


class TestAccountCreateWithDelegationApply:
    @pytest.fixture(autouse=True)
    def _funded(self, world):
        world.give("alice", steem(1_000_001_000))
        world.state.accounts.modify(world.account("alice"), vesting_shares=TARGET)

    def test_creates_an_account_that_holds_lent_shares(self, world):
        assert world.apply(valid_delegated()) == ()
        check_new_account(world)
        assert world.account("frida").received_vesting_shares == 435_000_000
        alice = world.account("alice")
        assert (alice.vesting_shares, alice.delegated_vesting_shares) == (TARGET, 435_000_000)

    def test_keeps_the_delegation_for_thirty_days(self, world):
        world.apply(valid_delegated())
        assert list(world.state.vesting_delegations.scan()) == [
            VestingDelegation(0, "alice", "frida", VESTS, 435_000_000, NOW + THIRTY_DAYS)
        ]

    def test_fee_goes_to_null(self, world):
        world.apply(valid_delegated())
        assert world.account("alice").balance == 1_000_001_000 - 3_000
        assert world.account("null").balance == 3_000

    def test_thirty_fees_need_no_delegation(self, world):
        world.apply(valid_delegated(fee=steem(90_000), delegation=vests(0)))
        check_new_account(world)
        assert world.account("frida").received_vesting_shares == 0
        assert world.account("null").balance == 90_000
        assert world.state.vesting_delegations.first() is None

    @pytest.mark.parametrize(
        ("fee", "delegation"),
        [(3_000, 434_999_999), (3_001, 434_994_999), (89_999, 4_999), (3_000, 0)],
    )
    def test_rejects_one_share_less_than_the_target(self, world, fee, delegation):
        world.refuse(
            valid_delegated(fee=steem(fee), delegation=vests(delegation)),
            DelegationTooLowError,
            "evaluation.account.delegation_too_low",
            "delegation",
            delegation,
        )
        world.apply(valid_delegated())

    def test_error_tells_what_is_needed(self, world):
        with pytest.raises(DelegationTooLowError) as caught:
            world.apply(valid_delegated(delegation=vests(0)))
        assert caught.value.required == TARGET
        assert "15000000 VESTS" in caught.value.message

    def test_target_follows_the_price_of_a_share(self, world):
        # 3 shares for 2 satoshis: 450,000 satoshis buy 675,000, 15,000 buy 22,500.
        world.set_globals(total_vesting_fund_steem=2, total_vesting_shares=3)
        world.refuse(
            valid_delegated(delegation=vests(652_499)),
            DelegationTooLowError,
            "evaluation.account.delegation_too_low",
            "delegation",
            652_499,
        )
        world.apply(valid_delegated(delegation=vests(652_500)))

    @pytest.mark.parametrize("fee", [2_999, 0])
    def test_rejects_a_fee_below_the_median(self, world, fee):
        world.refuse(
            valid_delegated(fee=steem(fee), delegation=vests(TARGET)),
            CreationFeeTooLowError,
            "evaluation.account.creation_fee_too_low",
            "fee",
            fee,
        )
        world.apply(valid_delegated(delegation=vests(TARGET)))

    def test_rejects_a_fee_above_the_limit(self, world):
        world.refuse(
            valid_delegated(fee=steem(1_000_000_001)),
            OutOfBoundsError,
            "operation.out_of_bounds",
            "fee",
            1_000_000_001,
        )
        world.apply(valid_delegated(fee=steem(1_000_000_000)))

    def test_rejects_an_unknown_creator(self, world):
        world.refuse(
            valid_delegated(creator="nobody"),
            AccountNotFoundError,
            "evaluation.account.not_found",
            "creator",
            "nobody",
        )
        world.apply(valid_delegated())

    def test_rejects_a_creator_who_cannot_pay(self, world):
        world.refuse(
            valid_delegated(creator="bob"),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "fee",
            "3.000 STEEM",
        )
        world.apply(valid_delegated())

    @pytest.mark.parametrize(
        "columns",
        [
            {"vesting_shares": 434_999_999},
            {"delegated_vesting_shares": 15_000_001},
            {"to_withdraw": 15_000_003, "withdrawn": 2},
        ],
    )
    def test_rejects_shares_that_are_not_free(self, world, columns):
        whole = {"vesting_shares": TARGET, "delegated_vesting_shares": 0, "to_withdraw": 0}
        world.state.accounts.modify(world.account("alice"), **columns)
        world.refuse(
            valid_delegated(),
            InsufficientFundsError,
            "evaluation.insufficient_funds",
            "delegation",
            "435.000000 VESTS",
        )
        freed = {name: value - 1 for name, value in columns.items() if name != "withdrawn"}
        if "vesting_shares" in columns:
            freed = {"vesting_shares": 435_000_000}
        world.state.accounts.modify(world.account("alice"), **(whole | columns | freed))
        world.apply(valid_delegated())

    def test_rejects_a_taken_name(self, world):
        world.refuse(
            valid_delegated(new_account_name="bob"),
            AccountExistsError,
            "evaluation.account.exists",
            "new_account_name",
            "bob",
        )
        world.apply(valid_delegated())

    @pytest.mark.parametrize("role", ROLES)
    def test_rejects_authorities_of_unknown_accounts(self, world, role):
        world.refuse(
            valid_delegated(**{role: UNKNOWN}),
            AccountNotFoundError,
            "evaluation.account.not_found",
            f"{role}.account_auths[1]",
            "nobody",
        )
        world.apply(valid_delegated())

    def test_rejects_more_than_forty_members(self, world):
        keys = sorted(key_of(f"member{number}") for number in range(41))
        large = Authority(1, (), tuple((key, 1) for key in keys))
        world.refuse(
            valid_delegated(posting=large),
            AuthorityTooLargeError,
            "operation.authority_too_large",
            "posting",
            41,
        )
        world.apply(valid_delegated())


class TestOnAChain:
    """Through signed transactions; all invariants are recounted after every block."""

    def test_an_account_claimed_and_created_can_act(self, chain):
        fee = steem(chain.state.witness_schedule.get().account_creation_fee)
        chain.actor("alice").send(valid_claim(fee=fee))
        chain.actor("alice").send(valid_claimed())
        assert chain.state.accounts.exists("frida")
        assert chain.actor("alice").account.pending_claimed_accounts == 0

    def test_shares_lent_at_creation_are_counted(self, chain):
        fee = chain.state.witness_schedule.get().account_creation_fee
        properties = chain.state.globals.get()
        target = fee * 150 * properties.total_vesting_shares // properties.total_vesting_fund_steem
        chain.actor("alice").send(valid_delegated(fee=steem(fee), delegation=vests(target)))
        assert chain.actor("frida").account.received_vesting_shares == target
        assert chain.actor("alice").account.delegated_vesting_shares == target
