"""What the codecs look up per network and per text: symbols and account names as bytes."""

from protocol.errors import NotCanonicalError, OutOfRangeError
from protocol.params import NETWORKS, Network
from protocol.symbols import is_valid_symbol
from protocol.types import Symbol

_CACHED_NAMES = 65_536
_CACHED_SYMBOLS = 4_096


class ForeignSymbolError(NotCanonicalError):
    """The symbol is the core symbol of another network."""

    code = "wire.foreign_symbol"


class SymbolPacker(dict[int, bytes]):
    """The wire bytes of each symbol; core symbols fixed, SMTs added as they are met.

    The bound only limits memory: a symbol that was dropped is packed again.
    """

    __slots__ = ("_core",)

    def __init__(self, network: Network) -> None:
        super().__init__(network.core_wire_texts())
        self._core = dict(self)

    def __missing__(self, symbol: int) -> bytes:
        """Return the four bytes of an SMT.

        Raises
        ------
        NotCanonicalError
            `symbol` is no valid symbol.
        """
        if not is_valid_symbol(symbol):
            raise NotCanonicalError("not a valid asset symbol", value=symbol)
        if len(self) >= _CACHED_SYMBOLS:
            self.clear()
            self.update(self._core)
        packed = symbol.to_bytes(4, "little")
        self[symbol] = packed
        return packed


class NamePacker(dict[str, bytes]):
    """Length-prefixed account names, at most 16 bytes, bounded like `SymbolPacker`."""

    __slots__ = ()

    def __missing__(self, name: str) -> bytes:
        """Return the wire bytes of `name`.

        Raises
        ------
        OutOfRangeError
            More than 16 bytes.
        NotCanonicalError
            A NUL, which the fixed-size string of the original cannot hold.
        """
        packed = name.encode()
        if len(packed) > 16:
            raise OutOfRangeError("account names have at most 16 bytes", value=name)
        if 0 in packed:
            raise NotCanonicalError("account names hold no NUL", value=name)
        if len(self) >= _CACHED_NAMES:
            self.clear()
        packed = bytes((len(packed),)) + packed
        self[name] = packed
        return packed


class NameReader(dict[bytes, str]):
    """The inverse of `NamePacker`, without the length byte; equal names become one `str`."""

    __slots__ = ()

    def __missing__(self, packed: bytes) -> str:
        """Return the text of `packed`; raises as `NamePacker` does, or UnicodeDecodeError."""
        if len(packed) > 16:
            raise OutOfRangeError("account names have at most 16 bytes", value=packed)
        if 0 in packed:
            raise NotCanonicalError("account names hold no NUL", value=packed)
        if len(self) >= _CACHED_NAMES:
            self.clear()
        name = packed.decode()
        self[packed] = name
        return name


PACK_NAME = NamePacker()
READ_NAME = NameReader()


class SymbolReader(dict[int, int]):
    """Core symbols by their eight wire bytes read as one little-endian integer."""

    __slots__ = ("network",)

    def __init__(self, network: Network) -> None:
        super().__init__(
            (int.from_bytes(text, "little"), number)
            for number, text in network.core_wire_texts().items()
        )
        self.network = network

    def is_start_of_core(self, text: bytes) -> bool:
        """Tell whether a core symbol of this network begins with `text`."""
        return any(core.to_bytes(8, "little").startswith(text) for core in self)

    def smt(self, window: int) -> Symbol:
        """Return the SMT symbol in the low four bytes of `window`.

        Raises
        ------
        ForeignSymbolError
            `window` is the core symbol of another network.
        NotCanonicalError
            The four bytes are no SMT symbol.
        """
        number = window & 0xFFFFFFFF
        # A core number itself never stands on the wire: those symbols travel as text.
        if number & 0x10 and is_valid_symbol(number) and number < 3_200_000_000:
            return Symbol(number)
        text = window.to_bytes(8, "little")
        for other in NETWORKS.values():
            if text in other.core_wire_texts().values():
                raise ForeignSymbolError(
                    f"a symbol of network {other.name} on network {self.network.name}",
                    value=text.hex(),
                )
        raise NotCanonicalError("not a valid asset symbol", value=text[:4].hex())


class Tables:
    """Both directions for one network."""

    __slots__ = ("find_core", "network", "pack_symbol", "read_smt", "read_symbol")

    def __init__(self, network: Network) -> None:
        self.network = network
        self.pack_symbol = SymbolPacker(network)
        self.read_symbol = SymbolReader(network)
        self.find_core = self.read_symbol.get
        self.read_smt = self.read_symbol.smt


TABLES: dict[str, Tables] = {}
"""By the network's name; whoever takes one checks that it is of the very same network."""


def tables_of(network: Network) -> Tables:
    """Return the tables of `network`, made at first use.

    Of two different networks with one name only the later one's tables are kept.
    """
    tables = TABLES.get(network.name)
    if tables is None or tables.network != network:
        tables = TABLES[network.name] = Tables(network)
    return tables
