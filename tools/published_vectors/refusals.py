"""Operations whose bytes are in order and which the rules refuse: one change of a valid sample."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from protocol.assets import STEEM, Asset, Price, paired_symbol
from protocol.operation import NoExtension, Operation
from protocol.operations.smt_contribution import RevealedCap, cap_hash
from protocol.operations.smt_parameters import (
    CurveId,
    SmtParamMarketMaker,
    SmtParamRewardsV1,
    SmtParamVoteRegenerationPeriodSecondsV1,
    SmtParamWindowsV1,
)
from protocol.operations.smt_setup import CapCommitment, GenerationUnit
from protocol.operations.social import (
    AllowedVoteAssets,
    BeneficiaryRoute,
    CommentPayoutBeneficiaries,
    VotableAssetInfoV1,
)
from protocol.symbols import smt_symbol
from protocol.types import AccountName
from published_vectors.people import (
    ALICE,
    BOB,
    DAY,
    FINE,
    NOON,
    TOKEN,
    VESTED,
    Sample,
    key_of,
    routes,
    sbd,
    several,
    single,
    steem,
    token,
    vests,
)

Change = Callable[..., Operation]


def refused_samples(valid: dict[str, Operation]) -> Iterator[Sample]:
    """Yield refused operations made of `valid` samples, which are given by name."""

    def of(base: str, /, **members: Any) -> Operation:
        return dataclasses.replace(valid[base], **members)  # type: ignore[type-var]

    yield from _names_and_texts(of)
    yield from _amounts(of)
    yield from _authorities(of)
    yield from _places(of)
    yield from _units_and_caps(of, valid["smt_setup"], valid["smt_setup/hidden"])
    yield from _generation(of)
    yield from _parameters(of)
    yield from _inflation(of, valid["smt_setup_inflation"])


def _names_and_texts(of: Change) -> Iterator[Sample]:
    yield Sample("name.short", "two letters", of("transfer", to=AccountName("al")))
    yield Sample("name.upper", "a capital letter", of("transfer", to=AccountName("Alice")))
    yield Sample("name.hyphen", "a hyphen at the end", of("transfer", to=AccountName("alice-")))
    yield Sample("name.empty", "no name where one is needed", of("transfer", to=AccountName("")))
    yield Sample("memo.long", "2048 bytes; 2047 are allowed", of("transfer", memo="m" * 2_048))
    yield Sample("body.empty", "a comment without body", of("comment", body=""))
    yield Sample("json.bad", "text that is no JSON", of("custom_json", json="{"))
    yield Sample("percent.high", "more than 100 %", of("vote", weight=10_001))
    yield Sample(
        "extensions",
        "an extension where none is defined",
        of("claim_account", extensions=(NoExtension(),)),
    )


def _amounts(of: Change) -> Iterator[Sample]:
    yield Sample("amount.zero", "nothing", of("transfer", amount=steem(0)))
    yield Sample("amount.negative", "less than nothing", of("transfer", amount=steem(-1)))
    yield Sample("amount.vests", "VESTS cannot be transferred", of("transfer", amount=vests(1)))
    yield Sample(
        "amount.vesting_token", "nor can a vesting balance", of("transfer", amount=Asset(1, VESTED))
    )
    yield Sample(
        "payout.negative",
        "a largest payout below zero",
        of("comment_options", max_accepted_payout=sbd(-1)),
    )
    yield Sample("fee.vests", "a fee in VESTS", of("smt_create", smt_creation_fee=vests(1)))
    yield Sample("fee.negative", "a fee below zero", of("claim_account", fee=steem(-1)))
    yield Sample("symbol.core", "STEEM is no token", of("smt_create", symbol=STEEM))
    yield Sample(
        "symbol.vesting", "the vesting twin", of("smt_create", symbol=paired_symbol(TOKEN))
    )
    yield Sample(
        "price.zero", "a side of zero", of("feed_publish", exchange_rate=Price(sbd(0), steem(1)))
    )
    yield Sample(
        "price.same",
        "one symbol on both sides",
        of("limit_order_create2", exchange_rate=Price(sbd(1), sbd(1))),
    )


def _authorities(of: Change) -> Iterator[Sample]:
    many = {f"key {number}": 1 for number in range(41)}
    yield Sample(
        "authority.large", "41 members", of("create_claimed_account", owner=several(1, {}, many))
    )
    yield Sample(
        "authority.impossible",
        "a threshold above the sum of the weights",
        of("recover_account", new_owner_authority=several(2, {}, {"only key": 1})),
    )
    owner = single("aliceowner")
    yield Sample(
        "recovery.same",
        "new and recent authority are the same",
        of("recover_account", new_owner_authority=owner, recent_owner_authority=owner),
    )
    yield Sample(
        "recovery.trivial",
        "a threshold of zero",
        of("recover_account", new_owner_authority=several(0, {}, {})),
    )
    yield Sample(
        "reset.same", "the old one again", of("set_reset_account", current_reset_account=BOB)
    )
    yield Sample("custom.no_signer", "nobody signs", of("custom_json", required_posting_auths=()))
    yield Sample("proxy.self", "a proxy to oneself", of("account_witness_proxy", proxy=ALICE))
    yield Sample("witness.no_key", "no signing key", of("witness_set_properties", props=()))
    yield Sample(
        "witness.property",
        "a block size of three bytes",
        of(
            "witness_set_properties",
            props=(("key", bytes(key_of("alicesigning"))), ("maximum_block_size", bytes(3))),
        ),
    )


def _places(of: Change) -> Iterator[Sample]:
    yield Sample("escrow.agent", "the sender as agent", of("escrow_transfer", agent=ALICE))
    yield Sample("escrow.party", "a stranger", of("escrow_dispute", who=AccountName("eve")))
    yield Sample(
        "escrow.time", "expires before it is agreed", of("escrow_transfer", escrow_expiration=NOON)
    )
    yield Sample(
        "market.pair",
        "neither side is STEEM",
        of("limit_order_create/token", min_to_receive=sbd(1)),
    )
    yield Sample(
        "market.nothing",
        "less than a satoshi at this price",
        of("limit_order_create2", amount_to_sell=sbd(1), exchange_rate=Price(sbd(1_000), steem(1))),
    )
    yield Sample("delegation.self", "to oneself", of("delegate_vesting_shares", delegatee=ALICE))
    yield Sample("proposal.time", "ends before it begins", of("create_proposal", end_date=NOON - 1))
    yield Sample("proposal.ids", "none", of("remove_proposal", proposal_ids=()))
    yield Sample(
        "rewards.repeated",
        "one symbol twice",
        of("claim_reward_balance2", reward_tokens=(steem(1), steem(2))),
    )
    yield Sample(
        "beneficiaries.sum",
        "more than 100 % together",
        of(
            "comment_options",
            extensions=(
                CommentPayoutBeneficiaries(
                    (
                        BeneficiaryRoute(ALICE, 6_000),
                        BeneficiaryRoute(BOB, 6_000),
                    )
                ),
            ),
        ),
    )
    tokens = (smt_symbol(10_000_000 + 2 * number, 3) for number in range(3))
    yield Sample(
        "vote_assets.many",
        "three tokens; two are allowed",
        of(
            "comment_options",
            extensions=(AllowedVoteAssets(tuple((one, VotableAssetInfoV1()) for one in tokens)),),
        ),
    )
    yield Sample("mining", "mining has ended", of("pow"))
    yield Sample(
        "over_production", "one block twice", of("report_over_production", second_block=_first(of))
    )
    yield Sample(
        "market_maker.pair",
        "STEEM for STEEM",
        of("smt_market_maker_trade", min_to_receive=steem(1)),
    )
    yield Sample(
        "market_maker.symbol",
        "another token than the market maker's",
        of("smt_market_maker_contribute", amount=Asset(1, FINE)),
    )
    yield Sample("refund.sbd", "contributions are STEEM", of("smt_refund", amount=sbd(1)))


def _first(of: Change) -> object:
    return of("report_over_production").first_block  # type: ignore[attr-defined]


def _units_and_caps(of: Change, plain: Any, hidden: Any) -> Iterator[Sample]:
    def policy(name: str, description: str, base: Any = plain, **members: Any) -> Sample:
        changed = dataclasses.replace(base.initial_generation_policy, **members)
        operation = dataclasses.replace(base, initial_generation_policy=changed)
        return Sample(f"smt_setup.{name}", description, operation)

    def unit(base: Any, **members: Any) -> GenerationUnit:
        return dataclasses.replace(base.initial_generation_policy.pre_soft_cap_unit, **members)

    def cap(base: Any, which: str, **members: Any) -> dict[str, Any]:
        name = f"{which}_steem_units_commitment"
        commitment: CapCommitment = getattr(base.initial_generation_policy, name)
        return {name: dataclasses.replace(commitment, **members)}

    many = {f"account{number}": 1 for number in range(11)}
    yield policy("no_unit", "no target", pre_soft_cap_unit=unit(plain, steem_unit=()))
    yield policy("unit_above", "a unit above a soft cap of 100 %", post_soft_cap_unit=unit(plain))
    yield policy(
        "unequal",
        "STEEM units of different sizes",
        hidden,
        pre_soft_cap_unit=unit(hidden, steem_unit=routes({"alice": 5})),
    )
    yield policy(
        "target",
        "tokens may go to $rewards, STEEM may not",
        pre_soft_cap_unit=unit(plain, steem_unit=routes({"$rewards": 4})),
    )
    yield policy(
        "weight",
        "a weight of zero",
        pre_soft_cap_unit=unit(plain, steem_unit=routes({"alice": 0})),
    )
    yield policy("routes", "eleven targets", pre_soft_cap_unit=unit(plain, steem_unit=routes(many)))
    yield policy("cap_zero", "a bound of zero", hidden, **cap(hidden, "min", upper_bound=0))
    yield policy(
        "cap_bounds", "lower above upper", hidden, **cap(hidden, "min", lower_bound=50_001)
    )
    yield policy(
        "cap_hash", "an open cap needs the hash with nonce 0", **cap(plain, "min", hash=bytes(32))
    )
    yield policy(
        "cap_small",
        "the soft cap could be no unit",
        hidden,
        **cap(hidden, "min", upper_bound=1, hash=cap_hash(RevealedCap(1, 0))),
        **cap(hidden, "hard_cap", lower_bound=1),
    )
    yield policy("ratio", "the largest ratio below the smallest", max_unit_ratio=49)
    yield policy("too_much", "more tokens than can be", min_unit_ratio=2**31, max_unit_ratio=2**31)


def _generation(of: Change) -> Iterator[Sample]:
    yield Sample(
        "smt_setup.max_supply", "less than the generation creates", of("smt_setup", max_supply=1)
    )
    yield Sample("smt_setup.decimals", "not those of the symbol", of("smt_setup", decimal_places=4))
    for name, change in (
        ("begin", {"generation_begin_time": 0}),
        ("end", {"generation_end_time": NOON}),
        ("launch", {"announced_launch_time": NOON + DAY}),
        ("expiration", {"launch_expiration_time": NOON + DAY}),
    ):
        yield Sample(f"smt_setup.{name}", "times out of order", of("smt_setup", **change))


def _parameters(of: Change) -> Iterator[Sample]:
    def runtime(name: str, description: str, parameter: object) -> Sample:
        return Sample(
            f"runtime.{name}",
            description,
            of("smt_set_runtime_parameters", runtime_parameters=(parameter,)),
        )

    def market_maker(name: str, description: str, ratio: int, final: int) -> Sample:
        parameter = SmtParamMarketMaker(ratio, final, NOON, 0, pay_later_emission=False)
        return Sample(
            f"setup.{name}",
            description,
            of("smt_set_setup_parameters", setup_parameters=(parameter,)),
        )

    yield Sample("setup.none", "no parameter", of("smt_set_setup_parameters", setup_parameters=()))
    yield market_maker("ratio_low", "below 5 %", 499, 499)
    yield market_maker("ratio_high", "above 50 %", 5_001, 5_000)
    yield market_maker("ratio_rises", "a final ratio above the first", 1_000, 1_001)
    yield runtime("windows", "no time left to vote", SmtParamWindowsV1(43_200, 0))
    yield runtime("windows_long", "as long as a withdrawal takes", SmtParamWindowsV1(7 * DAY, 0))
    yield runtime(
        "votes",
        "more than a thousand votes a day",
        SmtParamVoteRegenerationPeriodSecondsV1(DAY, 1_001),
    )
    linear = CurveId.linear
    yield runtime(
        "author_curve",
        "authors: linear or quadratic only",
        SmtParamRewardsV1(0, 0, 0, CurveId.square_root, linear),
    )
    yield runtime(
        "curation_curve",
        "curation: linear, square root or bounded only",
        SmtParamRewardsV1(0, 0, 0, linear, CurveId.quadratic),
    )
    yield runtime("split", "not 100 % together", SmtParamRewardsV1(0, 2_500, 7_499, linear, linear))


def _inflation(of: Change, plain: Any) -> Iterator[Sample]:
    empty = dataclasses.replace(plain.inflation_unit, token_unit=())
    given = {
        "unit": ("no target", {"inflation_unit": empty}),
        "time": ("the left end after the right", {"lep_time": NOON + 365 * DAY}),
        "interval": ("less than six hours apart", {"interval_seconds": 21_599}),
        "nothing": ("creates nothing", {"lep_abs_amount": token(0), "rep_rel_amount_numerator": 0}),
        "symbol": ("an amount of STEEM", {"lep_abs_amount": steem(1)}),
    }
    for name, (description, change) in given.items():
        yield Sample(f"inflation.{name}", description, of("smt_setup_inflation", **change))
