"""The genesis file: who exists, who owns what and which rules hold when the chain begins.

`genesis/README.md` describes every member.  A `Genesis` is checked as a whole before any state
exists: names are unique and known, amounts are of the right asset, declared supplies are the sums.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar

from protocol.assets import SBD, STEEM, Asset, Price, stripped
from protocol.authority import NULL_AUTHORITY, Authority, single_key_authority
from protocol.crypto import PrivateKey
from protocol.params import DEV_PARAMS, TESTNET_PARAMS, ChainParams
from protocol.types import AccountName, PublicKey, Symbol
from smtchain.chain.genesis_reader import (
    GenesisDuplicateError,
    GenesisFormError,
    GenesisMissingFieldError,
    GenesisRangeError,
    GenesisSupplyError,
    GenesisUnknownAccountError,
    GenesisUnknownFieldError,
    Members,
    load_document,
)

FORMAT = "smtchain-genesis-1"
RESERVED_ACCOUNTS = (AccountName("miners"), AccountName("null"), AccountName("temp"))
"""Accounts every chain has; a genesis file does not list them."""

_PRESETS: Mapping[str, ChainParams] = {"dev": DEV_PARAMS, "testnet": TESTNET_PARAMS}
_FIXED_PARAMS = frozenset({"network", "chain_id", "genesis_time", "smt_emit_indefinitely"})
_POSITIVE_PARAMS = frozenset(
    {
        "block_interval_seconds",
        "blocks_per_year",
        "elected_weight",
        "feed_history_window",
        "feed_interval_blocks",
        "inflation_events_per_block",
        "inflation_events_per_token_per_block",
        "inflation_narrowing_period_blocks",
        "initial_vesting_share_price_steem",
        "initial_vesting_share_price_vests",
        "launch_payouts_per_block",
        "max_undo_history",
        "max_witnesses",
        "min_feeds",
        "sbd_debt_limit_percent",
        "seconds_per_year",
        "smt_creation_fee",
        "timeshare_weight",
        "voting_mana_regeneration_seconds",
    }
)
"""Constants that the rules divide by, or with which nothing would ever happen at zero."""
_U32_MAX = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class GenesisAccount:
    """One account; amounts in satoshis, `vesting` is the STEEM vested at the first share price."""

    name: AccountName
    owner: Authority
    active: Authority
    posting: Authority
    memo_key: PublicKey
    recovery_account: AccountName
    balance: int
    sbd_balance: int
    vesting: int
    json_metadata: str


@dataclass(frozen=True, slots=True)
class GenesisWitness:
    """One block producer with its proposals; the first of the file take the first turns."""

    owner: AccountName
    signing_key: PublicKey
    url: str
    account_creation_fee: int
    maximum_block_size: int
    sbd_interest_rate: int
    price_feed: Price | None


@dataclass(frozen=True, slots=True)
class GenesisHolder:
    """What one account owns of a token, in token satoshis; vesting is 1 share per satoshi."""

    account: AccountName
    liquid: int
    vesting: int


@dataclass(frozen=True, slots=True)
class GenesisToken:
    """A Smart Media Token that is active from the start; amounts in token satoshis.

    `parameters` are columns of the token row that differ from a fresh token's.
    """

    symbol: Symbol
    control_account: AccountName
    max_supply: int
    holders: tuple[GenesisHolder, ...]
    reward_balance: int
    market_maker_steem: int
    market_maker_tokens: int
    parameters: tuple[tuple[str, int], ...]

    @property
    def vesting(self) -> int:
        """Return the vesting fund, which is also the number of vesting shares."""
        return sum(holder.vesting for holder in self.holders)

    @property
    def supply(self) -> int:
        """Return all tokens that exist at genesis."""
        liquid = sum(holder.liquid for holder in self.holders)
        return liquid + self.vesting + self.reward_balance + self.market_maker_tokens


@dataclass(frozen=True, slots=True)
class Genesis:
    """A checked genesis file.

    Attributes
    ----------
    digest : bytes
        sha256 of the file's content, spacing and member order aside: the file's identity.
    """

    params: ChainParams
    accounts: tuple[GenesisAccount, ...]
    witnesses: tuple[GenesisWitness, ...]
    median_price: Price | None
    tokens: tuple[GenesisToken, ...]
    digest: bytes

    @property
    def steem_supply(self) -> int:
        """Return all STEEM that exists at genesis, vested STEEM included, in satoshis."""
        own = sum(account.balance + account.vesting for account in self.accounts)
        return own + sum(token.market_maker_steem for token in self.tokens)

    @property
    def sbd_supply(self) -> int:
        """Return all SBD that exists at genesis, in satoshis."""
        return sum(account.sbd_balance for account in self.accounts)

    @property
    def vested_steem(self) -> int:
        """Return the STEEM in the vesting fund at genesis, in satoshis."""
        return sum(account.vesting for account in self.accounts)


def load_genesis(path: Path) -> Genesis:
    """Read and check a genesis file.

    Raises
    ------
    GenesisError
        The file is refused; the subclass says why, `field` where and `value` what.
    """
    return parse_genesis(load_document(path))


def parse_genesis(document: Mapping[str, object]) -> Genesis:
    """Check a genesis document that is already JSON.

    Raises
    ------
    GenesisError
        The document is refused; the subclass says why, `field` where and `value` what.
    """
    params = _read_params(document)
    top = Members(document, "", params.network)
    for name in ("format", "network", "chain_id", "genesis_time", "params", "about"):
        if top.has(name):
            top.get(name)
    accounts = tuple(_read_account(entry) for entry in top.each("accounts"))
    names = _known_names(accounts)
    genesis = Genesis(
        params=params,
        accounts=accounts,
        witnesses=tuple(_read_witness(entry, params, names) for entry in top.each("witnesses")),
        median_price=_read_price(top, "median_price"),
        tokens=tuple(_read_token(entry, params, names) for entry in top.each("tokens")),
        digest=_content_digest(document),
    )
    _check_witnesses(genesis)
    _check_unique("tokens", (stripped(token.symbol) for token in genesis.tokens))
    _check_supply(top.get_members("supply"), genesis)
    top.finish()
    return genesis


def with_params(genesis: Genesis, params: ChainParams) -> Genesis:
    """Return the same beginning under other constants; it is another chain's genesis."""
    mark = f"{genesis.digest.hex()}{params!r}".encode()
    return replace(genesis, params=params, digest=hashlib.sha256(mark).digest())


def _content_digest(document: Mapping[str, object]) -> bytes:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).digest()


def _read_params(document: Mapping[str, object]) -> ChainParams:
    """Return the network's preset with the file's identity and overrides applied."""
    top = Members(document, "", DEV_PARAMS.network)
    if top.get_text("format") != FORMAT:
        raise GenesisFormError(f"expected {FORMAT!r}", field="format", value=document["format"])
    preset = _PRESETS.get(top.get_text("network"))
    if preset is None:
        raise GenesisFormError(
            f"expected one of {', '.join(sorted(_PRESETS))}",
            field="network",
            value=document["network"],
        )
    params = replace(
        preset, chain_id=top.get_hash("chain_id"), genesis_time=top.get_time("genesis_time")
    )
    if params.genesis_time % params.block_interval_seconds:
        raise GenesisRangeError(
            f"must be a multiple of {params.block_interval_seconds} seconds",
            field="genesis_time",
            value=document["genesis_time"],
        )
    if not top.has("params"):
        return params
    overrides = top.get_members("params")
    changes = {name: _read_param(overrides, preset, name) for name in overrides.names()}
    return replace(params, **changes)  # type: ignore[arg-type]  # each checked against the preset


def _read_param(overrides: Members, preset: ChainParams, name: str) -> int | None:
    known = {field.name for field in fields(preset)} - _FIXED_PARAMS
    if name not in known:
        raise GenesisUnknownFieldError("no such chain parameter", field=overrides.path_of(name))
    before = getattr(preset, name)
    if isinstance(before, bool):
        return overrides.get_flag(name, default=before)
    if name == "irreversible_lag" and overrides.get(name) is None:
        return None
    return overrides.get_integer(name, int(name in _POSITIVE_PARAMS), (1 << 63) - 1)


def _read_account(entry: Members) -> GenesisAccount:
    name = entry.get_name("name")
    seed = entry.get_text("key_seed", "")
    roles = ("owner", "active", "posting", "memo")
    if entry.has("keys"):
        given = entry.get_members("keys")
        keys = {role: given.get_key(role) for role in roles}
        given.finish()
    else:
        keys = {role: PrivateKey.from_seed(seed or name + role).public_key for role in roles}
    account = GenesisAccount(
        name=name,
        owner=single_key_authority(keys["owner"]),
        active=single_key_authority(keys["active"]),
        posting=single_key_authority(keys["posting"]),
        memo_key=keys["memo"],
        recovery_account=entry.get_name("recovery_account", name),
        balance=entry.get_amount("balance", STEEM, 0),
        sbd_balance=entry.get_amount("sbd_balance", SBD, 0),
        vesting=entry.get_amount("vesting", STEEM, 0),
        json_metadata=entry.get_text("json_metadata", ""),
    )
    if entry.has("frozen") and entry.get_flag("frozen", default=False):
        account = replace(
            account, owner=NULL_AUTHORITY, active=NULL_AUTHORITY, posting=NULL_AUTHORITY
        )
    entry.finish()
    return account


def _read_witness(
    entry: Members, params: ChainParams, names: frozenset[AccountName]
) -> GenesisWitness:
    witness = GenesisWitness(
        owner=_known(entry, "owner", names),
        signing_key=entry.get_key("signing_key"),
        url=entry.get_text("url", ""),
        account_creation_fee=entry.get_amount("account_creation_fee", STEEM, 0),
        maximum_block_size=entry.get_integer(
            "maximum_block_size", params.min_block_size_limit, _U32_MAX, 131_072
        ),
        sbd_interest_rate=entry.get_integer("sbd_interest_rate", 0, 10_000, 0),
        price_feed=_read_price(entry, "price_feed"),
    )
    entry.finish()
    return witness


def _read_price(entry: Members, name: str) -> Price | None:
    """Return an SBD price, base SBD and quote STEEM, both above zero."""
    if not entry.has(name):
        return None
    price = entry.get_members(name)
    base = price.get_amount("base", SBD)
    quote = price.get_amount("quote", STEEM)
    price.finish()
    if base == 0 or quote == 0:
        raise GenesisRangeError("both sides of a price are above zero", field=entry.path_of(name))
    return Price(Asset(base, SBD), Asset(quote, STEEM))


def _read_token(entry: Members, params: ChainParams, names: frozenset[AccountName]) -> GenesisToken:
    symbol = entry.get_symbol("symbol", params.smt_max_decimal_places)
    holders = tuple(_read_holder(holder, symbol, names) for holder in entry.each("holders"))
    _check_unique(entry.path_of("holders"), (holder.account for holder in holders))
    maker_steem = maker_tokens = 0
    if entry.has("market_maker"):
        maker = entry.get_members("market_maker")
        maker_steem = maker.get_amount("steem", STEEM)
        maker_tokens = maker.get_decimal("tokens", symbol)
        maker.finish()
    token = GenesisToken(
        symbol=symbol,
        control_account=_known(entry, "control_account", names),
        max_supply=entry.get_decimal("max_supply", symbol),
        holders=holders,
        reward_balance=entry.get_decimal("reward_balance", symbol, 0),
        market_maker_steem=maker_steem,
        market_maker_tokens=maker_tokens,
        parameters=_read_token_parameters(entry),
    )
    entry.finish()
    if not token.supply <= token.max_supply <= params.max_share_supply:
        raise GenesisSupplyError(
            f"max_supply must be {token.supply} (all holdings) to {params.max_share_supply}",
            field=entry.path_of("max_supply"),
            value=token.max_supply,
        )
    return token


def _read_holder(entry: Members, symbol: Symbol, names: frozenset[AccountName]) -> GenesisHolder:
    holder = GenesisHolder(
        account=_known(entry, "account", names),
        liquid=entry.get_decimal("liquid", symbol, 0),
        vesting=entry.get_decimal("vesting", symbol, 0),
    )
    entry.finish()
    return holder


def _read_token_parameters(entry: Members) -> tuple[tuple[str, int], ...]:
    if not entry.has("parameters"):
        return ()
    given = entry.get_members("parameters")
    flags = ("allow_vesting", "allow_voting", "allow_downvotes")
    windows = ("cashout_window_seconds", "reverse_auction_window_seconds")
    regeneration = ("vote_regeneration_period_seconds", "votes_per_regeneration_period")
    percents = ("percent_curation_rewards", "percent_content_rewards")
    chosen: list[tuple[str, int]] = []
    for name in given.names():
        if name in flags:
            chosen.append((name, given.get_flag(name, default=True)))
        elif name in windows:
            chosen.append((name, given.get_integer(name, 0, _U32_MAX)))
        elif name in regeneration:
            chosen.append((name, given.get_integer(name, 1, _U32_MAX)))
        elif name in percents:
            chosen.append((name, given.get_integer(name, 0, 10_000)))
    given.finish()
    return tuple(chosen)


def _known(entry: Members, name: str, names: frozenset[AccountName]) -> AccountName:
    account = entry.get_name(name)
    if account not in names:
        raise GenesisUnknownAccountError(
            "the file creates no such account", field=entry.path_of(name), value=account
        )
    return account


def _known_names(accounts: tuple[GenesisAccount, ...]) -> frozenset[AccountName]:
    _check_unique("accounts", (*RESERVED_ACCOUNTS, *(account.name for account in accounts)))
    names = frozenset(account.name for account in accounts)
    for index, account in enumerate(accounts):
        if account.recovery_account not in names:
            raise GenesisUnknownAccountError(
                "the file creates no such account",
                field=f"accounts[{index}].recovery_account",
                value=account.recovery_account,
            )
    return names


KeyT = TypeVar("KeyT", str, int)


def _check_unique(path: str, keys: Iterable[KeyT]) -> None:
    seen: set[KeyT] = set()
    for key in keys:
        if key in seen:
            raise GenesisDuplicateError("given twice, or reserved", field=path, value=key)
        seen.add(key)


def _check_witnesses(genesis: Genesis) -> None:
    if not genesis.witnesses:
        raise GenesisMissingFieldError("a chain needs a witness", field="witnesses")
    _check_unique("witnesses", (witness.owner for witness in genesis.witnesses))


def _check_supply(declared: Members, genesis: Genesis) -> None:
    """Compare what the file declares with what its accounts add up to."""
    expected = (
        ("steem", STEEM, genesis.steem_supply),
        ("sbd", SBD, genesis.sbd_supply),
        ("vesting", STEEM, genesis.vested_steem),
    )
    for name, symbol, total in expected:
        amount = declared.get_amount(name, symbol)
        if amount != total:
            raise GenesisSupplyError(
                f"the accounts add up to {total} satoshis",
                field=declared.path_of(name),
                value=amount,
            )
        if total > genesis.params.max_share_supply:
            raise GenesisSupplyError(
                f"at most {genesis.params.max_share_supply} satoshis may exist",
                field=declared.path_of(name),
                value=amount,
            )
    declared.finish()
