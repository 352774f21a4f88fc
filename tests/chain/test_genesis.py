"""Genesis files: what the shipped ones begin with, and how every malformed one is refused."""

import copy
import json
from dataclasses import replace

import pytest
from actors import key_of

from protocol.authority import NULL_AUTHORITY, single_key_authority
from protocol.crypto import PrivateKey
from protocol.errors import ProtocolError
from protocol.params import DEV_PARAMS, TESTNET_PARAMS
from protocol.symbols import nai_string, paired_symbol, stripped, symbol_from_nai
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import load_genesis, parse_genesis, with_params
from smtchain.chain.genesis_reader import (
    GenesisAmountError,
    GenesisDuplicateError,
    GenesisFileError,
    GenesisFormError,
    GenesisKeyError,
    GenesisMissingFieldError,
    GenesisNameError,
    GenesisRangeError,
    GenesisSupplyError,
    GenesisUnknownAccountError,
    GenesisUnknownFieldError,
)
from smtchain.state.tables.smt import SmtPhase

DEV = symbol_from_nai("@@439870063", 3)
ALL_KEYS = {role: {"seed": role} for role in ("owner", "active", "posting", "memo")}
VESTING_TWIN = nai_string(paired_symbol(DEV))
PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy")


@pytest.fixture
def document(genesis_folder):
    return json.loads(genesis_folder.joinpath("dev.json").read_text())


def changed(document, path, value):
    """Return the document with the member at `path` replaced (or removed: value is DELETED)."""
    fresh = copy.deepcopy(document)
    target = fresh
    for step in path[:-1]:
        target = target[step]
    if value is DELETED:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return fresh


DELETED = object()


class TestShippedFiles:
    def test_dev_gives_everybody_what_the_design_promises(self, chain):
        # genesis/README.md: 1,000,000.000 STEEM, 100,000.000 SBD, VESTS worth 100,000 STEEM
        for name in PEOPLE:
            account = chain.actor(name).account
            assert account.balance == 1_000_000_000
            assert account.sbd_balance == 100_000_000
            # the first share price: 1.000 STEEM for 1.000000 VESTS
            assert account.vesting_shares == 100_000_000_000
            assert account.voting_mana == account.vesting_shares

    def test_dev_keys_follow_from_account_and_role(self, chain):
        for name in PEOPLE:
            authorities = chain.state.account_authorities.get(name)
            for role in ("owner", "active", "posting"):
                key = PrivateKey.from_seed(name + role).public_key
                assert getattr(authorities, role) == single_key_authority(key)
            memo = PrivateKey.from_seed(name + "memo").public_key
            assert chain.actor(name).account.memo_key == memo

    def test_dev_has_the_chain_id_of_its_name(self, dev_genesis):
        assert dev_genesis.params.chain_id == DEV_PARAMS.chain_id
        assert dev_genesis.params.network.core_symbol == "STEEM"

    def test_testnet_has_steemds_identity(self, genesis_folder):
        params = load_genesis(genesis_folder.joinpath("testnet.json")).params
        assert params.chain_id == TESTNET_PARAMS.chain_id
        assert params.network == TESTNET_PARAMS.network

    def test_testnet_starts_and_produces(self, genesis_folder):
        genesis = load_genesis(genesis_folder.joinpath("testnet.json"))
        with Chain.in_memory(genesis) as chain:
            chain.generate_block(chain.slot_time(1), "initminer", key_of("initminer"))
            chain.check_invariants()

    def test_the_pool_holds_the_identifiers_of_seeds_0_to_9(self, chain):
        # seeds 0 to 9, docs/RULES.md 1.5; numbers in tests/vectors/nai/generator.json
        pool = [nai_string(nai | 0x10) for nai in chain.state.nai_pool.get().nais]
        assert pool[:4] == ["@@181188044", "@@880090920", "@@982728226", "@@131958147"]
        assert len(pool) == 10

    def test_dev_has_an_active_token_with_holders(self, chain):
        token = chain.state.smt_tokens.get(stripped(DEV))
        assert token.phase == SmtPhase.ACTIVE
        assert token.control_account == "judy"
        assert chain.actor("alice").tokens(DEV) == 50_000_000
        alice = chain.state.smt_balances.get("alice", stripped(DEV))
        assert alice.vesting_shares == 10_000_000
        # 180,000 liquid + 15,000 vested + 5,000 for rewards
        assert token.current_supply == 200_000_000

    def test_every_chain_has_the_reserved_accounts(self, chain):
        rows = chain.state.account_authorities
        assert rows.get("null").active == NULL_AUTHORITY
        assert rows.get("null").posting == NULL_AUTHORITY
        assert rows.get("temp").active.weight_threshold == 0

    def test_the_feed_is_one_to_one(self, chain):
        price = chain.state.feed_history.get().current_median_history
        assert (price.base.amount, price.quote.amount) == (1_000, 1_000)
        properties = chain.state.globals.get()
        # 250,000,000 STEEM and 7,000,000 SBD at 1:1
        assert properties.virtual_supply == 257_000_000_000

    def test_the_state_is_the_same_on_every_machine(self, dev_genesis):
        digests = set()
        for _ in range(2):
            with Chain.in_memory(dev_genesis) as chain:
                digests.add(chain.digest())
        assert len(digests) == 1


MALFORMED = [
    (("accounts", 1, "frozen"), "yes", GenesisFormError, "accounts[1].frozen"),
    (("accounts", 1, "json_metadata"), {}, GenesisFormError, "accounts[1].json_metadata"),
    (("genesis_time",), "2106-02-07T06:28:18", GenesisFormError, "genesis_time"),
    (("params", "chain_name"), 1, GenesisUnknownFieldError, "params.chain_name"),
    (("witnesses", 0, "maximum_block_size"), 131_072.0, GenesisFormError, "witnesses[0].max"),
    (("tokens", 0, "holders", 0, "liquid"), "9" * 16 + ".000", GenesisRangeError, "tokens[0].ho"),
    (("tokens", 0, "parameters", "percent_content_rewards"), 10_001, GenesisRangeError, "tokens"),
    (("tokens", 0, "parameters", "allow_voting"), 1, GenesisFormError, "tokens[0].parameters"),
    # path, value, error, field in the message
    (("format",), "smtchain-genesis-2", GenesisFormError, "format"),
    (("network",), "mainnet", GenesisFormError, "network"),
    (("network",), DELETED, GenesisMissingFieldError, "network"),
    (("chain_id",), "00", GenesisFormError, "chain_id"),
    (("chain_id",), 7, GenesisFormError, "chain_id"),
    (("genesis_time",), "yesterday", GenesisFormError, "genesis_time"),
    (("genesis_time",), "1970-01-01T00:00:00", GenesisRangeError, "genesis_time"),
    (("genesis_time",), "2024-01-01T00:00:01", GenesisRangeError, "genesis_time"),
    (("surprise",), 1, GenesisUnknownFieldError, "surprise"),
    (("params", "no_such"), 1, GenesisUnknownFieldError, "params.no_such"),
    (("params", "chain_id"), 1, GenesisUnknownFieldError, "params.chain_id"),
    (("params", "min_feeds"), "1", GenesisFormError, "params.min_feeds"),
    (("params", "min_feeds"), 0, GenesisRangeError, "params.min_feeds"),
    (("params", "blocks_per_year"), 0, GenesisRangeError, "params.blocks_per_year"),
    (("params", "max_witnesses"), 0, GenesisRangeError, "params.max_witnesses"),
    (("params", "irreversible_lag"), -1, GenesisRangeError, "params.irreversible_lag"),
    (
        ("params", "smt_emit_indefinitely"),
        5,
        GenesisUnknownFieldError,
        "params.smt_emit_indefinitely",
    ),
    (("accounts", 1, "key_seed"), "\ud800", GenesisFormError, "accounts[1].key_seed"),
    (("accounts", 1, "json_metadata"), "\ud800", GenesisFormError, "accounts[1].json_metadata"),
    (("witnesses", 0, "url"), "\ud800", GenesisFormError, "witnesses[0].url"),
    (
        ("witnesses", 0, "signing_key", "seed"),
        "\ud800",
        GenesisFormError,
        "witnesses[0].signing_key.seed",
    ),
    (("tokens", 0, "symbol", "nai"), "@@000000021", GenesisFormError, "tokens[0].symbol.nai"),
    (("tokens", 0, "symbol", "nai"), VESTING_TWIN, GenesisFormError, "tokens[0].symbol.nai"),
    (
        ("tokens", 0, "parameters", "vote_regeneration_period_seconds"),
        0,
        GenesisRangeError,
        "tokens[0].parameters.vote_regeneration_period_seconds",
    ),
    (("params", "min_feeds"), True, GenesisFormError, "params.min_feeds"),
    (("params", "param_bound_inclusive"), 1, GenesisFormError, "params.param_bound_inclusive"),
    (("params",), [], GenesisFormError, "params"),
    (("accounts",), {}, GenesisFormError, "accounts"),
    (("accounts", 1), "alice", GenesisFormError, "accounts[1]"),
    (("accounts", 1, "name"), DELETED, GenesisMissingFieldError, "accounts[1].name"),
    (("accounts", 1, "name"), "Alice", GenesisNameError, "accounts[1].name"),
    (("accounts", 1, "name"), "bob", GenesisDuplicateError, "accounts"),
    (("accounts", 1, "name"), "null", GenesisDuplicateError, "accounts"),
    (("accounts", 1, "balance"), "1000000.000 SBD", GenesisAmountError, "accounts[1].balance"),
    (("accounts", 1, "balance"), "-1.000 STEEM", GenesisAmountError, "accounts[1].balance"),
    (("accounts", 1, "balance"), "1.0000 STEEM", GenesisAmountError, "accounts[1].balance"),
    (("accounts", 1, "balance"), 5, GenesisFormError, "accounts[1].balance"),
    (("accounts", 1, "balance"), "2000000.000 STEEM", GenesisSupplyError, "supply.steem"),
    (("accounts", 1, "sbd_balance"), "0.000 SBD", GenesisSupplyError, "supply.sbd"),
    (("accounts", 1, "surprise"), 1, GenesisUnknownFieldError, "accounts[1].surprise"),
    (("accounts", 1, "keys"), ALL_KEYS | {"x": 1}, GenesisUnknownFieldError, "accounts[1].keys.x"),
    (("supply", "surprise"), 1, GenesisUnknownFieldError, "supply.surprise"),
    (("witnesses", 0, "surprise"), 1, GenesisUnknownFieldError, "witnesses[0].surprise"),
    (("median_price", "surprise"), 1, GenesisUnknownFieldError, "median_price.surprise"),
    (("tokens", 0, "surprise"), 1, GenesisUnknownFieldError, "tokens[0].surprise"),
    (("tokens", 0, "symbol", "surprise"), 1, GenesisUnknownFieldError, "tokens[0].symbol.surprise"),
    (
        ("tokens", 0, "holders", 0, "surprise"),
        1,
        GenesisUnknownFieldError,
        "tokens[0].holders[0].surprise",
    ),
    (
        ("tokens", 0, "market_maker"),
        {"steem": "0.000 STEEM", "tokens": "0.000", "surprise": 1},
        GenesisUnknownFieldError,
        "tokens[0].market_maker.surprise",
    ),
    (
        ("accounts", 1, "recovery_account"),
        "nobody",
        GenesisUnknownAccountError,
        "accounts[1].recovery_account",
    ),
    (("accounts", 1, "keys"), {}, GenesisMissingFieldError, "accounts[1].keys.owner"),
    (("accounts", 1, "keys"), {"owner": "STM1"}, GenesisKeyError, "accounts[1].keys.owner"),
    (("supply", "steem"), "1.000 STEEM", GenesisSupplyError, "supply.steem"),
    (("supply", "vesting"), "1.000 STEEM", GenesisSupplyError, "supply.vesting"),
    (("supply",), DELETED, GenesisMissingFieldError, "supply"),
    (("witnesses",), [], GenesisMissingFieldError, "witnesses"),
    (("witnesses",), DELETED, GenesisMissingFieldError, "witnesses"),
    (("witnesses", 0, "owner"), "nobody", GenesisUnknownAccountError, "witnesses[0].owner"),
    (("witnesses", 0, "signing_key"), "x", GenesisKeyError, "witnesses[0].signing_key"),
    (
        ("witnesses", 0, "maximum_block_size"),
        65_535,
        GenesisRangeError,
        "witnesses[0].maximum_block_size",
    ),
    (
        ("witnesses", 0, "price_feed", "base"),
        "0.000 SBD",
        GenesisRangeError,
        "witnesses[0].price_feed",
    ),
    (("median_price", "quote"), "1.000 SBD", GenesisAmountError, "median_price.quote"),
    (("tokens", 0, "symbol", "nai"), "@@439870064", GenesisFormError, "tokens[0].symbol.nai"),
    (("tokens", 0, "symbol", "precision"), 9, GenesisRangeError, "tokens[0].symbol.precision"),
    (("tokens", 0, "control_account"), "nobody", GenesisUnknownAccountError, "tokens[0].control"),
    (("tokens", 0, "max_supply"), "199999.999", GenesisSupplyError, "tokens[0].max_supply"),
    (("tokens", 0, "max_supply"), "1000000000000.001", GenesisSupplyError, "tokens[0].max_supply"),
    (("tokens", 0, "max_supply"), "1.00", GenesisAmountError, "tokens[0].max_supply"),
    (
        ("tokens", 0, "holders", 1, "account"),
        "alice",
        GenesisDuplicateError,
        "tokens[0].holders",
    ),
    (
        ("tokens", 0, "holders", 0, "liquid"),
        "fifty",
        GenesisAmountError,
        "tokens[0].holders[0].liquid",
    ),
    (
        ("tokens", 0, "parameters", "phase"),
        1,
        GenesisUnknownFieldError,
        "tokens[0].parameters.phase",
    ),
]


class TestMalformedFiles:
    @pytest.mark.parametrize(
        ("path", "value", "error", "field"),
        MALFORMED,
        ids=lambda each: ".".join(map(str, each)) if isinstance(each, tuple) else None,
    )
    def test_is_refused_naming_the_field(self, document, path, value, error, field):
        if path[:1] == ("params",) and len(path) == 2:
            document["params"].setdefault(path[1], 0)
        with pytest.raises(error) as caught:
            parse_genesis(changed(document, path, value))
        assert caught.value.field.startswith(field)
        parse_genesis(json.loads(json.dumps(document)) if path[0] != "params" else base(document))

    def test_a_witness_given_twice_is_refused(self, document):
        twice = document["witnesses"] * 2
        with pytest.raises(GenesisDuplicateError) as caught:
            parse_genesis(changed(document, ("witnesses",), twice))
        assert (caught.value.field, caught.value.value) == ("witnesses", "initminer")

    def test_two_tokens_of_one_identifier_are_refused(self, document):
        twin = copy.deepcopy(document["tokens"][0])
        twin["symbol"]["precision"] = 4
        for holder in twin["holders"]:
            holder.update(liquid="0.0000", vesting="0.0000")
        twin.update(max_supply="1.0000", reward_balance="0.0000")
        with pytest.raises(GenesisDuplicateError):
            parse_genesis(changed(document, ("tokens",), [document["tokens"][0], twin]))

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("", GenesisFileError),
            ("{", GenesisFileError),
            ("[]", GenesisFormError),
            ('{"format": 1, "format": 2}', GenesisFileError),
            ("[" * 100_000, GenesisFileError),
        ],
    )
    def test_what_is_no_json_object_is_refused(self, tmp_path, text, error):
        path = tmp_path.joinpath("genesis.json")
        path.write_text(text)
        with pytest.raises(error):
            load_genesis(path)

    def test_a_missing_file_is_refused(self, tmp_path):
        with pytest.raises(GenesisFileError):
            load_genesis(tmp_path.joinpath("nowhere.json"))

    def test_bytes_that_are_no_text_are_refused(self, tmp_path):
        path = tmp_path.joinpath("genesis.json")
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(GenesisFileError):
            load_genesis(path)

    def test_every_refusal_is_one_line(self, document):
        with pytest.raises(ProtocolError) as caught:
            parse_genesis(changed(document, ("accounts", 1, "balance"), "a\nb"))
        assert "\n" not in str(caught.value)


def base(document):
    """Return the document as shipped: what a test added to `params` taken out again."""
    fresh = copy.deepcopy(document)
    fresh["params"] = {"irreversible_lag": 0, "min_feeds": 1}
    return fresh


class TestChoices:
    def test_a_file_may_change_constants(self, document):
        document["params"] = {"irreversible_lag": None, "param_bound_inclusive": True}
        params = parse_genesis(document).params
        assert params.irreversible_lag is None
        assert params.param_bound_inclusive is True

    def test_keys_may_be_given_as_text_or_seed(self, document):
        text = "STM6LLegbAgLAy28EHrffBVuANFWcFgmqRMW13wBmTExqFE9SCkg4"
        keys = {"owner": text, "active": {"seed": "a"}, "posting": text, "memo": text}
        genesis = parse_genesis(changed(document, ("accounts", 1, "keys"), keys))
        expected = single_key_authority(PrivateKey.from_seed("a").public_key)
        assert genesis.accounts[1].active == expected

    def test_a_tokens_parameters_may_differ_from_a_fresh_ones(self, document):
        given = {
            "allow_downvotes": False,
            "cashout_window_seconds": 86_400,
            "percent_content_rewards": 7_000,
        }
        fresh = changed(document, ("tokens", 0, "parameters"), given)
        with Chain.in_memory(parse_genesis(fresh)) as chain:
            token = chain.state.smt_tokens.get(stripped(DEV))
            assert {name: getattr(token, name) for name in given} == given
            assert token.allow_voting is True

    def test_the_first_21_witnesses_of_a_longer_list_take_the_first_turns(self, document):
        one = document["witnesses"][0]
        names = [f"wit{number}" for number in range(24)]
        document["accounts"] += [{"name": name} for name in names]
        document["witnesses"] = [
            one | {"owner": name, "account_creation_fee": f"{number}.000 STEEM"}
            for number, name in enumerate(names)
        ]
        with Chain.in_memory(parse_genesis(document)) as chain:
            schedule = chain.state.witness_schedule.get()
            assert schedule.current_shuffled_witnesses == tuple(names[:21])
            # The median of 0 to 20 STEEM; steemd takes element n / 2 of the sorted proposals.
            assert schedule.account_creation_fee == 10_000
            assert [chain.state.witnesses.get(name).owner for name in names] == names

    def test_what_nobody_could_own_is_refused(self, document):
        total = "1000000000000.001 STEEM"
        fresh = changed(document, ("accounts", 0, "balance"), "999988000000.001 STEEM")
        fresh = changed(fresh, ("supply", "steem"), total)
        with pytest.raises(GenesisSupplyError) as caught:
            parse_genesis(fresh)
        assert caught.value.field == "supply.steem"

    def test_an_account_may_be_frozen(self, document):
        genesis = parse_genesis(changed(document, ("accounts", 1, "frozen"), value=True))
        assert genesis.accounts[1].active == NULL_AUTHORITY

    def test_a_market_maker_holds_steem_that_counts_toward_the_supply(self, document):
        fresh = changed(
            document,
            ("tokens", 0, "market_maker"),
            {"steem": "1.000 STEEM", "tokens": "2.000"},
        )
        with pytest.raises(GenesisSupplyError):
            parse_genesis(fresh)
        fresh["supply"]["steem"] = "250000001.000 STEEM"
        with Chain.in_memory(parse_genesis(fresh)) as chain:
            chain.check_invariants()
            token = chain.state.smt_tokens.get(stripped(DEV))
            assert (token.market_maker_steem, token.market_maker_tokens) == (1_000, 2_000)

    def test_an_identifier_in_use_is_left_out_of_the_pool(self, document):
        fresh = changed(document, ("tokens", 0, "symbol", "nai"), "@@181188044")  # seed 0
        with Chain.in_memory(parse_genesis(fresh)) as chain:
            pool = chain.state.nai_pool.get().nais
            assert stripped(symbol_from_nai("@@181188044", 0)) not in pool
            assert len(pool) == 10

    def test_spacing_and_order_do_not_change_the_files_identity(self, document, dev_genesis):
        turned = dict(reversed(document.items()))
        assert parse_genesis(turned).digest == dev_genesis.digest
        other = changed(document, ("about",), "other words")
        assert parse_genesis(other).digest != dev_genesis.digest

    def test_other_constants_make_another_beginning(self, dev_genesis):
        other = with_params(dev_genesis, replace(dev_genesis.params, irreversible_lag=3))
        assert other.digest != dev_genesis.digest
        assert other.params.irreversible_lag == 3
