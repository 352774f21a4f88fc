"""Everything that is said on a Steem chain with Smart Media Tokens, and nothing that is done.

Values, wire bytes, JSON, keys, signatures and checks that need no chain state.  No state, no input
or output, no clock.  The names below are the usual ones; each is loaded when it is first asked for,
so that importing the package costs nothing::

    from protocol import DEV, Asset, Operation, from_json, encode_as
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from protocol.assets import SBD, STEEM, VESTS, Asset, Price, format_asset, parse_asset
    from protocol.authority import Authority, single_key_authority
    from protocol.block import BlockHeader, SignedBlock, SignedBlockHeader, block_id
    from protocol.crypto import PrivateKey, parse_public_key, public_key_text, recover_public_key
    from protocol.errors import ProtocolError
    from protocol.jsonform import Form, from_json, to_json
    from protocol.memo import decrypt_memo, encrypt_memo
    from protocol.operation import Operation
    from protocol.params import DEV, DEV_PARAMS, TESTNET, TESTNET_PARAMS, ChainParams, Network
    from protocol.transaction import (
        SignedTransaction,
        Transaction,
        sign_transaction,
        signature_digest,
        transaction_id,
    )
    from protocol.wire import decode, decode_as, encode, encode_as

__all__ = [
    "DEV",
    "DEV_PARAMS",
    "SBD",
    "STEEM",
    "TESTNET",
    "TESTNET_PARAMS",
    "VESTS",
    "Asset",
    "Authority",
    "BlockHeader",
    "ChainParams",
    "Form",
    "Network",
    "Operation",
    "Price",
    "PrivateKey",
    "ProtocolError",
    "SignedBlock",
    "SignedBlockHeader",
    "SignedTransaction",
    "Transaction",
    "block_id",
    "decode",
    "decode_as",
    "decrypt_memo",
    "encode",
    "encode_as",
    "encrypt_memo",
    "format_asset",
    "from_json",
    "parse_asset",
    "parse_public_key",
    "public_key_text",
    "recover_public_key",
    "sign_transaction",
    "signature_digest",
    "single_key_authority",
    "to_json",
    "transaction_id",
]

_NAMES = {
    "assets": ("SBD", "STEEM", "VESTS", "Asset", "Price", "format_asset", "parse_asset"),
    "authority": ("Authority", "single_key_authority"),
    "block": ("BlockHeader", "SignedBlock", "SignedBlockHeader", "block_id"),
    "crypto": ("PrivateKey", "parse_public_key", "public_key_text", "recover_public_key"),
    "errors": ("ProtocolError",),
    "jsonform": ("Form", "from_json", "to_json"),
    "memo": ("decrypt_memo", "encrypt_memo"),
    # Through the package that fills the table of operations, not the module that holds it.
    "operations": ("Operation",),
    "params": ("DEV", "DEV_PARAMS", "TESTNET", "TESTNET_PARAMS", "ChainParams", "Network"),
    "transaction": (
        "SignedTransaction",
        "Transaction",
        "sign_transaction",
        "signature_digest",
        "transaction_id",
    ),
    "wire": ("decode", "decode_as", "encode", "encode_as"),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name from its module.

    Raises
    ------
    AttributeError
        The package has no such public name.
    """
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'protocol' has no attribute {name!r}")
    value = getattr(import_module(f"protocol.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
