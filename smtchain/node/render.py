"""How values look in answers: the legacy form of condenser_api and the NAI form of the rest.

One `Render` per form and network is made at start; handlers hand their satoshis to it.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from protocol.assets import SBD, STEEM, VESTS, Asset, Price, nai_string, precision_of
from protocol.authority import Authority
from protocol.crypto import public_key_text
from protocol.jsonform import Form, to_json
from protocol.jsonscalars import print_integer, print_time, print_version
from protocol.operation import Operation
from protocol.params import Network
from protocol.types import Symbol
from smtchain.node.arguments import Json


def number(value: int) -> int | str:
    """Return an integer of up to 64 bits as the reference prints it: a string above 0xffffffff."""
    return print_integer(value, 64)


time_text = lru_cache(maxsize=4_096)(print_time)
"""A time as text.  Answers are full of times, and most of them are the same few."""


def hardfork_version_text(packed: int) -> str:
    """Return a packed version with its revision shown as 0, as hardfork versions are."""
    return print_version(packed & ~0xFFFF)


def symbol_json(symbol: Symbol) -> Json:
    """Return `{"nai", "decimals"}`: a symbol has this one form everywhere."""
    return {"nai": nai_string(symbol), "decimals": precision_of(symbol)}


class Render:
    """Values of one network in one form.

    Attributes
    ----------
    steem, sbd, vests : callable
        Satoshis of the core asset → JSON.
    """

    def __init__(self, network: Network, form: Form) -> None:
        self.network = network
        self.form = form
        self.steem = self._core(STEEM, network.core_symbol)
        self.sbd = self._core(SBD, network.debt_symbol)
        self.vests = self._core(VESTS, network.vesting_symbol)

    @property
    def is_legacy(self) -> bool:
        """Return whether this is condenser_api's form."""
        return self.form is Form.LEGACY

    def _core(self, symbol: Symbol, text: str) -> Callable[[int], Json]:
        """Return a printer of amounts of one core asset; answers are mostly these."""
        precision = precision_of(symbol)
        nai = nai_string(symbol)
        scale = 10**precision

        printed = f"%d.%0{precision}d {text}"
        nothing = printed % (0, 0)

        def legacy(satoshis: int) -> Json:
            # Most amounts in an account are zero.
            if satoshis == 0:
                return nothing
            if satoshis < 0:
                return "-" + printed % divmod(-satoshis, scale)
            return printed % divmod(satoshis, scale)

        def with_nai(satoshis: int) -> Json:
            return {"amount": str(satoshis), "precision": precision, "nai": nai}

        return legacy if self.form is Form.LEGACY else with_nai

    def amount(self, satoshis: int, symbol: Symbol) -> Json:
        """Return an amount of any asset; SMTs are NAI objects in both forms."""
        return to_json(Asset(satoshis, symbol), self.network, self.form)

    def price(self, price: Price | None) -> Json:
        """Return base and quote; an unset price is zero of core over zero of core."""
        if price is None:
            return {"base": self.steem(0), "quote": self.steem(0)}
        return {
            "base": self.amount(price.base.amount, price.base.symbol),
            "quote": self.amount(price.quote.amount, price.quote.symbol),
        }

    def key(self, key: bytes) -> str:
        """Return a public key with the network's prefix."""
        return public_key_text(key, self.network.address_prefix)

    def authority(self, authority: Authority) -> Json:
        """Return threshold, accounts and keys with their weights."""
        return {
            "weight_threshold": authority.weight_threshold,
            "account_auths": [[name, weight] for name, weight in authority.account_auths],
            "key_auths": [[self.key(key), weight] for key, weight in authority.key_auths],
        }

    def operation(self, operation: Operation) -> Json:
        """Return an operation: `["transfer", {...}]`, or `{"type", "value"}` in NAI form."""
        return to_json(operation, self.network, self.form)

    def times(self, moments: Iterable[int]) -> list[str]:
        """Return times as text."""
        return [time_text(moment) for moment in moments]
