"""The screen a testnet starts with: who is there, with which keys, and what to try first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protocol.assets import nai_string, precision_of
from protocol.authority import single_key_authority
from protocol.crypto import PrivateKey
from smtchain.node.node import Node
from smtchain.state.state import State
from smtchain.state.tables.account import Account

_PRODUCER_SEED = "init_key"
_SHOWN_ACCOUNTS = 20


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account whose keys follow from its name, so that anyone can act for it.

    Attributes
    ----------
    active, posting : PrivateKey
        sha256(name + role); for the block producer both are sha256("init_key").
    """

    account: Account
    active: PrivateKey
    posting: PrivateKey


def known_accounts(node: Node) -> list[KnownAccount]:
    """Return the accounts at genesis that have the development keys, in order of their ids."""
    found = []
    for row in sorted(node.state.accounts.scan(), key=lambda account: account.id):
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
    for active_seed, posting_seed in (
        (f"{row.name}active", f"{row.name}posting"),
        (_PRODUCER_SEED, _PRODUCER_SEED),
    ):
        active = PrivateKey.from_seed(active_seed)
        if held.active == single_key_authority(active.public_key):
            return KnownAccount(row, active, PrivateKey.from_seed(posting_seed))
    return None


@dataclass(frozen=True, slots=True)
class StartScreen:
    """What the user reads when a testnet is up.

    Attributes
    ----------
    url : str
        Where it listens.
    data : str
        Where its data is, and whether it stays.
    blocks : str
        When blocks come.
    """

    url: str
    data: str
    blocks: str

    def lines(self, node: Node) -> Iterator[str]:
        """Yield the lines of the screen."""
        params = node.params
        network = params.network
        symbols = f"{network.core_symbol}/{network.debt_symbol}"
        yield f"smtchain testnet · network {network.name} · {symbols}"
        yield ""
        known = known_accounts(node)
        yield from _accounts(node, known)
        yield from _tokens(node)
        yield f"Chain id    {params.chain_id.hex()}"
        yield f"Key prefix  {network.address_prefix}"
        yield f"Blocks      {self.blocks}"
        yield f"Data        {self.data}"
        yield f"JSON-RPC    {self.url}"
        socket = self.url.replace("http", "ws", 1)
        yield f"            WebSocket {socket}/ws, health {self.url}/health"
        yield ""
        name = known[-1].account.name if known else node.config["STEEM_INIT_MINER_NAME"]
        yield "Try it:"
        yield f"  curl -s {self.url} -d '{_example(name)}'"
        yield f"  smtchain call condenser_api.get_accounts '[[\"{name}\"]]' --url {self.url}"
        yield ""
        yield "Ctrl-C stops it."


def _example(name: str) -> str:
    return (
        '{"jsonrpc":"2.0","id":1,"method":"condenser_api.get_accounts","params":[["' + name + '"]]}'
    )


def _accounts(node: Node, known: Sequence[KnownAccount]) -> Iterator[str]:
    if not known:
        return
    yield "Accounts (private key of role R of account X is sha256(X + R), R one of"
    yield "owner, active, posting, memo; `smtchain keys X` shows them all)"
    yield ""
    render = node.legacy
    for entry in known:
        row = entry.account
        funds = f"{render.steem(row.balance):>22}  {render.sbd(row.sbd_balance):>18}"
        yield f"  {row.name:<10} {funds}  {render.vests(row.vesting_shares):>24}"
    yield ""
    yield "Active keys (posting keys: same scheme)"
    yield ""
    for entry in known:
        yield f"  {entry.account.name:<10} {entry.active.wif}"
    yield ""


def _tokens(node: Node) -> Iterator[str]:
    rows = list(node.take(node.state.smt_tokens.scan(), _SHOWN_ACCOUNTS))
    if not rows:
        return
    yield "Tokens"
    yield ""
    for token in rows:
        yield (
            f"  {nai_string(token.symbol)} precision {precision_of(token.symbol)}, "
            f"controlled by {token.control_account}, supply {token.current_supply} satoshis"
        )
    yield ""
