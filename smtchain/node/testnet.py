"""The screen a testnet starts with: who is there, with which keys, and what to try first."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protocol.assets import Asset, format_asset
from protocol.authority import single_key_authority
from protocol.crypto import PrivateKey
from protocol.jsonscalars import print_time
from protocol.params import DEV, Network
from smtchain.node.node import Node
from smtchain.state.state import State
from smtchain.state.tables.account import Account

_PRODUCER_SEED = "init_key"
_SHOWN_ACCOUNTS = 20
_TRIED_ACCOUNTS = 100  # each costs two keys to compare with; a kept chain may have many others


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account with a key that everybody knows, so that anyone can act for it.

    Attributes
    ----------
    active : PrivateKey
        sha256(name + "active"), or the producer's sha256("init_key").
    """

    account: Account
    active: PrivateKey


def known_accounts(node: Node) -> list[KnownAccount]:
    """Return the accounts at genesis that have the development keys, in order of their ids."""
    found = []
    oldest = heapq.nsmallest(_TRIED_ACCOUNTS, node.state.accounts.scan(), key=lambda row: row.id)
    for row in oldest:
        known = _known(node, row)
        if known is not None:
            found.append(known)
        if len(found) == _SHOWN_ACCOUNTS:
            break
    return found


def known_witness_keys(state: State) -> list[PrivateKey]:
    """Return the signing keys of all witnesses that sign with a development key of theirs.

    These are sha256("init_key") and sha256(name + role), as for accounts.
    """
    found = {PrivateKey.from_seed(_PRODUCER_SEED).public_key: PrivateKey.from_seed(_PRODUCER_SEED)}
    for witness in state.witnesses.scan():
        for role in ("active", "owner", "posting", "memo"):
            key = PrivateKey.from_seed(f"{witness.owner}{role}")
            if key.public_key == witness.signing_key:
                found[key.public_key] = key
    return list(found.values())


def _known(node: Node, row: Account) -> KnownAccount | None:
    held = node.state.account_authorities.find(row.name)
    if held is None:
        return None
    for seed in (f"{row.name}active", _PRODUCER_SEED):
        active = PrivateKey.from_seed(seed)
        if held.active == single_key_authority(active.public_key):
            return KnownAccount(row, active)
    return None


@dataclass(frozen=True, slots=True)
class StartScreen:
    """What the user reads when a testnet is up; no line is wider than 80 columns.

    Attributes
    ----------
    url : str
        Where it listens.
    data : str
        Where its data is, and whether it stays.
    blocks : str
        When blocks come.
    program : str
        What to type in another terminal to run this program.
    """

    url: str
    data: str
    blocks: str
    program: str = "smtchain"

    def lines(self, node: Node) -> Iterator[str]:
        """Yield the lines of the screen."""
        params = node.params
        network = params.network
        symbols = f"{network.core_symbol}/{network.debt_symbol}"
        yield f"smtchain testnet · network {network.name} · {symbols}"
        yield ""
        known = known_accounts(node)
        yield from _accounts(node, known, self.program)
        yield from _tokens(node)
        yield f"Chain id    {params.chain_id.hex()}"
        yield f"Key prefix  {network.address_prefix}"
        yield f"Blocks      {self.blocks}"
        yield from _progress(node)
        yield f"Data        {self.data}"
        yield f"JSON-RPC    {self.url}"
        yield f"WebSocket   {self.url.replace('http', 'ws', 1)}/ws"
        yield f"Health      {self.url}/health"
        yield ""
        name = known[-1].account.name if known else node.config["STEEM_INIT_MINER_NAME"]
        yield "Try it in another terminal:"
        yield ""
        yield from _examples(self.url, self.program, name)
        yield ""
        yield "Ctrl-C stops it."


def _progress(node: Node) -> Iterator[str]:
    head = node.head
    if head.head_block_number:
        yield f"Goes on     after block {head.head_block_number} of {print_time(head.time)}"


def _examples(url: str, program: str, name: str) -> Iterator[str]:
    """Yield commands that can be copied as they stand: a line may end inside of quotes."""
    yield f'  curl -s {url} -d \'{{"jsonrpc":"2.0","id":1,'
    yield f'    "method":"condenser_api.get_accounts","params":[["{name}"]]}}\''
    yield f"  {program} call condenser_api.get_accounts '[[\"{name}\"]]' \\"
    yield f"    --url {url}"


def _accounts(node: Node, known: Sequence[KnownAccount], program: str) -> Iterator[str]:
    if not known:
        return
    yield "Accounts"
    yield ""
    render = node.legacy
    for entry in known:
        row = entry.account
        funds = f"{render.steem(row.balance):>19} {render.sbd(row.sbd_balance):>17}"
        yield f"  {row.name:<10}{funds} {render.vests(row.vesting_shares):>24}"
    yield ""
    yield "Active keys: sha256(account + role), initminer's sha256(init_key).  All roles:"
    yield f"  {program} keys {known[-1].account.name}{_option_of(node.params.network)}"
    yield ""
    for entry in known:
        yield f"  {entry.account.name:<10} {entry.active.wif}"
    yield ""


def _option_of(network: Network) -> str:
    return "" if network == DEV else f" --network {network.name}"


def _tokens(node: Node) -> Iterator[str]:
    rows = list(node.take(node.state.smt_tokens.scan(), _SHOWN_ACCOUNTS))
    if not rows:
        return
    yield "Tokens"
    yield ""
    for token in rows:
        supply = format_asset(Asset(token.current_supply, token.symbol), node.params.network)
        yield f"  {supply}, controlled by {token.control_account}"
    yield ""
