"""Samples of what concerns accounts: creation, keys, recovery, witnesses, own messages."""

from collections.abc import Iterator

from protocol.assets import Price
from protocol.block_header import (
    BlockHeader,
    HardforkVersionVote,
    RunningVersion,
    SignedBlockHeader,
    header_digest,
)
from protocol.chain_properties import LegacyChainProperties
from protocol.crypto import NULL_PUBLIC_KEY, PrivateKey, sha256
from protocol.operations.account import (
    AccountCreate,
    AccountCreateWithDelegation,
    AccountUpdate,
    AccountUpdate2,
    ClaimAccount,
    CreateClaimedAccount,
)
from protocol.operations.custom import Custom, CustomBinary, CustomJson
from protocol.operations.mining import (
    EquihashPow,
    EquihashProof,
    Pow,
    Pow2,
    Pow2Input,
    Pow2Operation,
    PowOperation,
    ReportOverProduction,
)
from protocol.operations.recovery import (
    ChangeRecoveryAccount,
    DeclineVotingRights,
    RecoverAccount,
    RequestAccountRecovery,
    ResetAccount,
    SetResetAccount,
)
from protocol.operations.witness import (
    AccountWitnessProxy,
    AccountWitnessVote,
    FeedPublish,
    WitnessSetProperties,
    WitnessUpdate,
)
from protocol.params import ChainParams
from protocol.types import I32, U16, U32, AccountName
from protocol.wire import encode, encode_as
from published_vectors.people import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    DAY,
    LONGEST,
    NOBODY,
    NOON,
    Sample,
    by_key,
    key_of,
    sbd,
    several,
    single,
    steem,
    vests,
)

_NEW = AccountName("new-account")
_FOUR = (
    single("new-accountowner"),
    single("new-accountactive"),
    single("new-accountposting"),
    key_of("new-accountmemo"),
)
_WIDE = several(
    3, {"bob": 2, "carol": 1}, {"new-accountactive": 2, "second key": 1, "third key": 1}
)


def samples(params: ChainParams) -> Iterator[Sample]:
    """Yield the samples; only witness properties and block signatures depend on the network."""
    yield from _creation()
    yield from _recovery()
    yield from _witness(params)
    yield from _custom()
    yield from _mining(params)


def _creation() -> Iterator[Sample]:
    yield Sample(
        "account_create",
        "one key for each role",
        AccountCreate(steem(3_000), ALICE, _NEW, *_FOUR, '{"profile":{"name":"New"}}'),
    )
    yield Sample(
        "account_create/shared",
        "an active authority of accounts and keys with weights; keys are sorted by their bytes",
        AccountCreate(steem(3_000), ALICE, _NEW, _FOUR[0], _WIDE, *_FOUR[2:], ""),
    )
    yield Sample(
        "account_update",
        "only the memo key is changed: three flags of absent authorities",
        AccountUpdate(ALICE, None, None, None, key_of("another memo key"), ""),
    )
    yield Sample(
        "account_update/owner",
        "with an owner authority, which only the owner's key may change",
        AccountUpdate(ALICE, single("aliceowner2"), None, _WIDE, key_of("alicememo"), "{}"),
    )
    yield Sample("claim_account", "a fee of zero", ClaimAccount(ALICE, steem(0)))
    yield Sample(
        "create_claimed_account",
        "creates what was claimed before",
        CreateClaimedAccount(ALICE, LONGEST, *_FOUR, ""),
    )
    yield Sample(
        "account_create_with_delegation",
        "amounts in STEEM and VESTS",
        AccountCreateWithDelegation(steem(3_000), vests(30_000_000_000), ALICE, _NEW, *_FOUR, ""),
    )
    yield Sample(
        "account_update2",
        "posting metadata only, which the posting key may change; the memo key is absent",
        AccountUpdate2(ALICE, None, None, None, None, "", '{"profile":{"about":"Grüße"}}'),
    )
    yield Sample(
        "account_update2/all",
        "every optional member",
        AccountUpdate2(ALICE, single("aliceowner2"), _WIDE, *_FOUR[2:], "{}", "{}"),
    )


def _recovery() -> Iterator[Sample]:
    yield Sample(
        "request_account_recovery",
        "by the recovery account",
        RequestAccountRecovery(BOB, ALICE, single("aliceowner2")),
    )
    yield Sample(
        "request_account_recovery/withdrawn",
        "a threshold of zero without members withdraws a request",
        RequestAccountRecovery(BOB, ALICE, several(0, {}, {})),
    )
    yield Sample(
        "recover_account",
        "signed by the new and by a recent owner authority, by nobody else",
        RecoverAccount(ALICE, single("aliceowner2"), single("aliceowner")),
    )
    yield Sample(
        "change_recovery_account", "needs the owner key", ChangeRecoveryAccount(ALICE, CAROL)
    )
    yield Sample("decline_voting_rights", "needs the owner key", DeclineVotingRights(ALICE))
    yield Sample(
        "decline_voting_rights/no",
        "takes the request back",
        DeclineVotingRights(ALICE, decline=False),
    )
    yield Sample(
        "reset_account",
        "exists on the wire; the chain refuses it",
        ResetAccount(BOB, ALICE, single("aliceowner2")),
    )
    yield Sample(
        "set_reset_account",
        "an empty name: none was set before; the chain refuses it",
        SetResetAccount(ALICE, NOBODY, BOB),
    )


def _witness(params: ChainParams) -> Iterator[Sample]:
    props = LegacyChainProperties(steem(3_000), 131_072, 0)
    key = key_of("alicesigning")
    network = params.network
    price = Price(sbd(1_000), steem(2_000))
    yield Sample("feed_publish", "1.000 SBD for 2.000 STEEM", FeedPublish(ALICE, price))
    yield Sample(
        "witness_update",
        "a witness that produces",
        WitnessUpdate(ALICE, "https://example.com/alice", key, props, steem(0)),
    )
    yield Sample(
        "witness_update/disabled",
        "33 zero bytes stand for no key: the witness stops",
        WitnessUpdate(ALICE, "https://example.com/alice", NULL_PUBLIC_KEY, props, steem(0)),
    )
    yield Sample("account_witness_vote", "for", AccountWitnessVote(ALICE, BOB))
    yield Sample(
        "account_witness_vote/no",
        "the vote taken back",
        AccountWitnessVote(ALICE, BOB, approve=False),
    )
    yield Sample("account_witness_proxy", "bob votes for alice", AccountWitnessProxy(ALICE, BOB))
    yield Sample(
        "account_witness_proxy/none", "an empty name: no proxy", AccountWitnessProxy(ALICE, NOBODY)
    )
    yield Sample(
        "witness_set_properties",
        "signed by the witness's own signing key, which is a property",
        WitnessSetProperties(ALICE, (("key", bytes(key)),)),
    )
    yield Sample(
        "witness_set_properties/all",
        "each value is the wire form of its type; amounts name the network's symbols",
        WitnessSetProperties(
            ALICE,
            by_key(
                {
                    "account_creation_fee": encode(steem(3_000), network),
                    "account_subsidy_budget": encode_as(I32, 797, network),
                    "account_subsidy_decay": encode_as(U32, 347_321, network),
                    "key": bytes(key),
                    "maximum_block_size": encode_as(U32, 131_072, network),
                    "new_signing_key": bytes(key_of("alicesigning2")),
                    "sbd_exchange_rate": encode(price, network),
                    "sbd_interest_rate": encode_as(U16, 0, network),
                    "url": encode_as(str, "https://example.com/alice", network),
                }
            ),
        ),
    )


def _custom() -> Iterator[Sample]:
    yield Sample(
        "custom", "two signers, sorted", Custom((ALICE, BOB), 777, bytes.fromhex("00ff10"))
    )
    yield Sample(
        "custom_json",
        "with a posting key; the text is sent as it stands",
        CustomJson((), (ALICE,), "follow", '["follow",{"follower":"alice","what":["blog"]}]'),
    )
    yield Sample(
        "custom_json/active",
        "with an active key, an id of 32 bytes, and text outside ASCII",
        CustomJson((ALICE,), (), "a" * 32, '{"name":"日本 🜁"}'),
    )
    yield Sample(
        "custom_binary",
        "signed by an active key and by an authority written out",
        CustomBinary(
            (), (ALICE,), (), (several(2, {}, {"second key": 1, "third key": 1}),), "id", b"\1"
        ),
    )


def _mining(params: ChainParams) -> Iterator[Sample]:
    props = LegacyChainProperties(steem(3_000))
    block_id = bytes(range(20))
    digest = sha256(b"")
    start = Pow2Input(ALICE, block_id, (1 << 64) - 1)
    yield Sample(
        "pow",
        "exists on the wire; always refused",
        PowOperation(
            ALICE, block_id, 7, Pow(key_of("aliceactive"), digest, bytes(range(65)), digest), props
        ),
    )
    yield Sample(
        "pow2",
        "the first kind of work; always refused",
        Pow2Operation(Pow2(start, 5), key_of("aliceactive"), props),
    )
    yield Sample(
        "pow2/equihash",
        "the second kind of work; always refused",
        Pow2Operation(
            EquihashPow(start, EquihashProof(140, 6, digest, (1, 2, 0xFFFFFFFF)), block_id, 5),
            None,
            props,
        ),
    )
    yield Sample(
        "report_over_production",
        "two signed headers, one with both kinds of extension; the chain refuses it",
        ReportOverProduction(
            ALICE,
            _signed(BlockHeader(block_id, NOON, DAVE, bytes(20)), params),
            _signed(
                BlockHeader(
                    block_id,
                    NOON,
                    DAVE,
                    bytes(20),
                    (RunningVersion(0x00140002), HardforkVersionVote(0x00150000, NOON + DAY)),
                ),
                params,
            ),
        ),
    )


def _signed(header: BlockHeader, params: ChainParams) -> SignedBlockHeader:
    signature = PrivateKey.from_seed("davesigning").sign(header_digest(header, params.network))
    return SignedBlockHeader(
        header.previous,
        header.timestamp,
        header.witness,
        header.transaction_merkle_root,
        header.extensions,
        signature,
    )
