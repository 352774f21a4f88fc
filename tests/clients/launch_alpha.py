"""ALPHA on a live node: every step is a signed transaction sent over JSON-RPC.

The setup is the whitepaper's (`genesis/whitepaper/alpha.json`) with times near the node's head.
The expected figures are the conformance case "two contributors, eleven units" of that file, which
come from an independent calculation.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from protocol.assets import SBD, STEEM, Asset
from protocol.authority import single_key_authority
from protocol.crypto import PrivateKey
from protocol.jsonform import Form, from_json, to_json
from protocol.jsonscalars import parse_time, print_time
from protocol.operation import Operation
from protocol.operations.account import AccountCreate
from protocol.operations.smt_contribution import SmtCapReveal, SmtContribute
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_setup import SmtSetup
from protocol.operations.transfer import Transfer
from protocol.params import ChainParams
from protocol.symbols import data_digits, smt_symbol, symbol_from_nai
from protocol.transaction import Transaction, block_reference, sign_transaction
from protocol.types import AccountName, Symbol
from tests.clients.live_testnet import LiveTestnet

ALPHA = Path(__file__).parents[2] / "genesis/whitepaper/alpha.json"
CASE = "two contributors, eleven units"
PRECISION = 4
CREATOR = AccountName("alice")
TRANSACTION_SECONDS = 60
DAY = 86_400


class Launch:
    """One token's way from creation to its first balances, over JSON-RPC only."""

    def __init__(self, node: LiveTestnet, params: ChainParams) -> None:
        self.node = node
        self.params = params
        self.document: dict[str, Any] = json.loads(ALPHA.read_text())
        self.case: dict[str, Any] = next(
            case for case in self.document["cases"] if case["name"] == CASE
        )
        renamed: dict[str, str] = self.document["wrapper"]["renamed_accounts"]
        self._text = json.dumps(self.document["operations"])
        for before, after in renamed.items():
            self._text = self._text.replace(f'"{before}"', f'"{after}"')
        self.founders = sorted(renamed.values())
        self.control = AccountName("alpha")

    def head(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.node.call("database_api.get_dynamic_global_properties", {})
        return answer

    def send(self, *operations: Operation, signer: str) -> int:
        """Sign with an account's active key, broadcast, and return the block it got into."""
        head = self.head()
        number, prefix = block_reference(bytes.fromhex(head["head_block_id"]))
        transaction = Transaction(
            number, prefix, parse_time(head["time"]) + TRANSACTION_SECONDS, operations
        )
        key = PrivateKey.from_seed(f"{signer}active")
        signed = sign_transaction(transaction, (key,), self.params.chain_id, self.params.network)
        answer = self.node.call(
            "network_broadcast_api.broadcast_transaction_synchronous",
            {"trx": to_json(signed, self.params.network, Form.NAI)},
        )
        assert not answer["expired"], answer
        return int(answer["block_num"])

    def jump_to(self, moment: int) -> None:
        """Let the node make one block at or after `moment`."""
        self.node.call(
            "debug_node_api.debug_generate_blocks_until",
            {"debug_key": "", "head_block_time": print_time(moment), "generate_sparsely": True},
        )

    def create_accounts(self) -> None:
        fee = self.node.call("condenser_api.get_chain_properties", [])["account_creation_fee"]
        amount = from_json(Asset, fee, self.params.network)
        for name in (self.control, *self.founders):
            authority = {
                role: single_key_authority(PrivateKey.from_seed(f"{name}{role}").public_key)
                for role in ("owner", "active", "posting")
            }
            memo = PrivateKey.from_seed(f"{name}memo").public_key
            self.send(
                AccountCreate(
                    fee=amount,
                    creator=CREATOR,
                    new_account_name=AccountName(name),
                    memo_key=memo,
                    json_metadata="",
                    **authority,
                ),
                signer=CREATOR,
            )
        self.send(
            Transfer(CREATOR, self.control, Asset(5_000, SBD), "for the creation fee"),
            signer=CREATOR,
        )

    def create_token(self) -> Symbol:
        """Create the token under the first identifier of the pool; return its symbol."""
        nai = self.node.call("database_api.get_nai_pool", {})["nai_pool"][0]["nai"]
        symbol = smt_symbol(data_digits(symbol_from_nai(nai, 0)), PRECISION)
        fee = self.head()["smt_creation_fee"]
        self.send(
            SmtCreate(self.control, symbol, from_json(Asset, fee, self.params.network)),
            signer=self.control,
        )
        return symbol

    def operations(self, symbol: Symbol) -> tuple[SmtSetup, list[SmtCapReveal]]:
        """Return the whitepaper's operations with this symbol and times after the head."""
        now = parse_time(self.head()["time"])
        setup_json, *reveals_json = json.loads(self._text)
        del setup_json[1]["smt_creation_fee"]  # named in the file's `dropped_fields`
        # What the whitepaper's JSON leaves out; both are replaced below.
        setup_json[1]["symbol"] = self.document["wrapper"]["symbol"]
        setup_json[1]["launch_expiration_time"] = print_time(0)
        setup: SmtSetup = from_json(SmtSetup, setup_json[1], self.params.network)
        setup = replace(
            setup,
            symbol=symbol,
            generation_begin_time=now + DAY,
            generation_end_time=now + 8 * DAY,
            announced_launch_time=now + 12 * DAY,
            launch_expiration_time=now + 26 * DAY,
        )
        reveals = []
        for _, body in reveals_json:
            body["symbol"] = self.document["wrapper"]["symbol"]
            reveal: SmtCapReveal = from_json(SmtCapReveal, body, self.params.network)
            reveals.append(replace(reveal, symbol=symbol))
        return setup, reveals

    def run(self) -> dict[str, Any]:
        """Launch the token; return what a client must then read."""
        self.create_accounts()
        symbol = self.create_token()
        setup, reveals = self.operations(symbol)
        self.send(setup, signer=self.control)
        self.jump_to(setup.generation_begin_time)
        before = self.balances()
        for number, (account, amount) in enumerate(self.case["contributions"], start=1):
            self.send(
                SmtContribute(AccountName(account), symbol, number, Asset(amount, STEEM)),
                signer=account,
            )
        for reveal in reveals:
            self.send(reveal, signer=self.control)
        self.jump_to(setup.generation_end_time)
        self.jump_to(setup.announced_launch_time)
        self.node.call("debug_node_api.debug_generate_blocks", {"debug_key": "", "count": 3})
        return self.expected(symbol, before)

    def balances(self) -> dict[str, int]:
        """Return the STEEM satoshis of everybody concerned."""
        names = [*self.founders, *(name for name, _ in self.case["contributions"])]
        accounts = self.node.call("database_api.find_accounts", {"accounts": names})["accounts"]
        return {entry["name"]: int(entry["balance"]["amount"]) for entry in accounts}

    def expected(self, symbol: Symbol, before: dict[str, int]) -> dict[str, Any]:
        """Return the case's figures in the form that `dsteem/tokens.cjs` compares with."""
        expect = self.case["expect"]
        after = dict(before)
        for name, amount in self.case["contributions"]:
            after[name] -= amount
        for name, amount in (*expect["steem"].items(), *expect["refunded"].items()):
            after[name] += amount
        core = self.params.network.core_symbol
        liquid = to_json(Asset(0, symbol), self.params.network)
        return {
            "symbol": {"nai": liquid["nai"], "decimals": liquid["precision"]},
            "control_account": self.control,
            "supply": expect["supply"],
            "tokens": expect["tokens"],
            "balances": {
                name: f"{amount // 1_000}.{amount % 1_000:03d} {core}"
                for name, amount in after.items()
            },
        }
