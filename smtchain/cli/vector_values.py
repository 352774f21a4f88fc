"""Checks of vectors about single values: hashes, keys, signatures, symbols, amounts, primitives."""

import hashlib
from collections.abc import Mapping

from protocol.assets import (
    Asset,
    Price,
    compare_prices,
    damm_check_digit,
    data_digits,
    format_asset,
    generate_nai,
    is_vesting,
    multiply,
    nai_string,
    paired_symbol,
    parse_asset,
    precision_of,
    smt_symbol,
    stripped,
    symbol_from_nai,
)
from protocol.authority import Authority
from protocol.block import HeaderExtensions
from protocol.crypto import (
    InvalidPrivateKeyError,
    InvalidSignatureError,
    PrivateKey,
    SignatureForm,
    is_canonical,
    is_fc_canonical,
    parse_public_key,
    public_key_text,
    recover_public_key,
    ripemd160,
    sha224,
    sha256,
)
from protocol.errors import ProtocolError
from protocol.jsonform import from_json, to_json, to_json_as
from protocol.operation import Extensions
from protocol.operations.smt_contribution import RevealedCap, cap_hash
from protocol.operations.smt_parameters import Curve, SetupParameter
from protocol.operations.smt_setup import CapCommitment
from protocol.operations.social import CommentOptionsExtension
from protocol.types import (
    I16,
    I64,
    U8,
    U16,
    U32,
    U128,
    AccountName,
    Bytes,
    CustomId,
    FlatMap,
    FlatSet,
    PublicKey,
    Symbol,
    Time,
    VarU32,
    Version,
)
from protocol.validation import is_valid_account_name
from protocol.wire import decode_as, encode, encode_as
from smtchain.cli.vector_case import (
    Case,
    Departure,
    Mismatch,
    as_the_reference_reads,
    check_reading,
    expect,
)

_PRIMITIVES: Mapping[str, object] = {
    "authority": Authority,
    "bool": bool,
    "bytes": Bytes,
    "comment_options_extensions": FlatSet[CommentOptionsExtension],
    "curve": Curve,
    "custom_id": CustomId,
    "extensions": Extensions,
    "hardfork_version": Version,
    "int16": I16,
    "int64": I64,
    "map_key_u16": FlatMap[PublicKey, U16],
    "map_name_u16": FlatMap[AccountName, U16],
    "name": AccountName,
    "opt_authority": Authority | None,
    "price": Price,
    "public_key": PublicKey,
    "set_ex_i64": FlatSet[I64],
    "set_name": FlatSet[AccountName],
    "set_setup": FlatSet[SetupParameter],
    "share": I64,
    "smt_revealed_cap": RevealedCap,
    "string": str,
    "time": Time,
    "uint128": U128,
    "uint32": U32,
    "uint8": U8,
    "varint": VarU32,
    "version": Version,
}


def check_hash(case: Case) -> None:
    """Check the hash functions."""
    data = case.raw("hex")
    expect("sha256", sha256(data).hex(), case["sha256"])
    expect("sha224", sha224(data).hex(), case["sha224"])
    expect("sha512", hashlib.sha512(data).hexdigest(), case["sha512"])
    expect("ripemd160", ripemd160(data).hex(), case["ripemd160"])


def check_chain_id(case: Case) -> None:
    """Check that a chain id is the hash of the chain's name, packed with its length."""
    expect("chain_id", sha256(encode_as(str, case["name"], case.network)).hex(), case["chain_id"])


def check_account_name(case: Case) -> None:
    """Check the grammar of account names."""
    found = is_valid_account_name(as_the_reference_reads(case["name"]))
    expect("valid", found, case["valid"])


def check_key(case: Case) -> None:
    """Check secret, WIF and public key of one key."""
    if "error" in case:
        try:
            PrivateKey(case.raw("secret_in"))
        except InvalidPrivateKeyError:
            return
        raise Mismatch("a secret out of range is accepted")
    key = PrivateKey(case.raw("secret"))
    if case.data.get("seed") is not None:
        expect("secret", PrivateKey.from_seed(case["seed"]).secret, key.secret)
    expect("wif", key.wif, case["wif"])
    expect("secret of the WIF", PrivateKey.from_wif(case["wif"]).secret, key.secret)
    expect("public_hex", key.public_key.hex(), case["public_hex"])
    expect("public", public_key_text(key.public_key, case.network.address_prefix), case["public"])
    expect("public_stm", public_key_text(key.public_key, "STM"), case["public_stm"])
    parsed = parse_public_key(case["public"], case.network.address_prefix)
    expect("public key of the text", parsed, key.public_key)


def check_signature(case: Case) -> None:
    """Check that signing gives the same bytes in both forms, and recovery the key."""
    key = PrivateKey.from_wif(case["wif"])
    digest = case.raw("digest")
    expect("sig_bip0062", key.sign(digest).hex(), case["sig_bip0062"])
    expect("sig_fc", key.sign(digest, SignatureForm.FC).hex(), case["sig_fc"])
    expect("bip_is_fc", is_fc_canonical(case.raw("sig_bip0062")), case["bip_is_fc"])
    recovered = recover_public_key(digest, case.raw("sig_bip0062"))
    expect("recovered", public_key_text(recovered, case.network.address_prefix), case["recovered"])


def check_recovery(case: Case) -> None:
    """Check which key a signature recovers, or that it is refused."""
    signature = case.raw("sig")
    expect("fc_canonical", is_fc_canonical(signature), case["fc_canonical"])
    try:
        key = recover_public_key(case.raw("digest"), signature)
    except InvalidSignatureError as error:
        if "bip" in case and not is_canonical(signature):
            raise Departure("the reference lets some high s pass") from None
        if "bip" in case:
            raise Mismatch(f"refused: {error.message}") from None
        return
    expect("key", public_key_text(key, case.network.address_prefix), case.data.get("bip"))


def check_threshold(case: Case) -> None:
    """Check which s is canonical."""
    signature = bytes([31]) + bytes(32) + case.raw("s")
    if case["bip_canonical"] and not is_canonical(signature):
        raise Departure("the reference lets some high s pass")
    expect("bip_canonical", is_canonical(signature), case["bip_canonical"])


def check_damm(case: Case) -> None:
    """Check a check digit."""
    expect("check", damm_check_digit(case["value"]), case["check"])


def check_nai_generator(case: Case) -> None:
    """Check the symbol that follows from a seed."""
    symbol = generate_nai(case["seed"])
    expect("asset_num", symbol, case["asset_num"])
    expect("nai_string", nai_string(symbol), case["nai_string"])


def check_symbol(case: Case) -> None:
    """Check a symbol made from digits, NAI text, number, bytes or JSON."""
    result = case["result"]
    try:
        symbol = _symbol_of(case)
    except ProtocolError:
        if "error" not in result:
            raise
        return
    if "error" in result:
        raise Mismatch(f"{symbol} is accepted")
    expect("asset_num", symbol, result["asset_num"])
    expect("hex", encode_as(Symbol, symbol, case.network).hex(), result["hex"])
    expect("json", to_json_as(Symbol, symbol, case.network), result["json"])
    expect("nai_string", nai_string(symbol), result["nai_string"])
    expect("nai", data_digits(symbol) * 10 + damm_check_digit(data_digits(symbol)), result["nai"])
    expect("decimals", precision_of(symbol), result["decimals"])
    expect("is_vesting", is_vesting(symbol), result["is_vesting"])
    expect("stripped_num", stripped(symbol), result["stripped_num"])
    expect("paired_asset_num", paired_symbol(symbol), result["paired_asset_num"])
    expect("paired_nai_string", nai_string(paired_symbol(symbol)), result["paired_nai_string"])


def _symbol_of(case: Case) -> int:
    if "hex" in case:
        return int(decode_as(Symbol, case.raw("hex"), case.network))
    if "json" in case:
        return int(from_json(Symbol, case["json"], case.network))
    if "nai_string" in case:
        return symbol_from_nai(case["nai_string"], case["decimals"])
    if "data_digits" in case:
        if damm_check_digit(case["data_digits"]) != case["check"]:
            raise Mismatch("the check digit differs")
        return smt_symbol(case["data_digits"], case["decimals"])
    # Packing is what refuses a number that is no symbol.
    encode_as(Symbol, case["asset_num"], case.network)
    return int(case["asset_num"])


def check_asset(case: Case) -> None:
    """Check an amount in NAI form or in bytes."""
    check_reading(case, Asset)


def check_legacy_asset(case: Case) -> None:
    """Check an amount written as text."""
    result = case["result"]
    try:
        asset = parse_asset(case["input"], case.network)
    except ProtocolError:
        if "error" in result:
            return
        if result["string"] != case["input"]:
            raise Departure("the reference changes the text while it reads") from None
        raise
    if "error" in result:
        raise Mismatch(f"{case['input']!r} is accepted")
    expect("json", to_json(asset, case.network), result["json"])
    expect("string", format_asset(asset, case.network), result["string"])
    expect("hex", encode(asset, case.network).hex(), result["hex"])


def check_price(case: Case) -> None:
    """Check the comparison of two prices, or an amount converted at a price."""
    result = case["result"]
    if "cmp" in case:
        first, second = (from_json(Price, data, case.network) for data in case["cmp"])
        order = compare_prices(first, second)
        found = {"lt": order < 0, "le": order <= 0, "eq": order == 0, "gt": order > 0}
        expect("order", found, {name: result[name] for name in found})
        return
    try:
        asset = from_json(Asset, case["mul"][0], case.network)
        product = multiply(asset, from_json(Price, case["mul"][1], case.network))
    except (ProtocolError, ZeroDivisionError):
        if "error" not in result:
            raise
        return
    expect("product", to_json(product, case.network), result.get("result"))


def check_cap(case: Case) -> None:
    """Check the hash of a cap, a commitment made of it, or its reveal."""
    if "reveal" in case:
        cap = from_json(RevealedCap, case["reveal"], case.network)
        commitment = from_json(CapCommitment, case["commitment"], case.network)
        is_inside = commitment.lower_bound <= cap.amount <= commitment.upper_bound
        fits = is_inside and cap_hash(cap) == commitment.hash
        expect("valid", fits, "error" not in case["result"])
        return
    if "nonhidden" in case:
        amount = int(case["nonhidden"])
        made = CapCommitment(amount, amount, cap_hash(RevealedCap(amount, 0)))
        expect("json", to_json(made, case.network), case["json"])
        expect("hex", encode(made, case.network).hex(), case["hex"])
        return
    cap = RevealedCap(int(case["amount"]), int(case["nonce"]))
    expect("hex", encode(cap, case.network).hex(), case["hex"])
    expect("json", to_json(cap, case.network), case["json"])
    expect("hash", cap_hash(cap).hex(), case["hash"])


def check_primitive(case: Case) -> None:
    """Check a value of a basic type, from JSON or from bytes."""
    if case["type"] == "signed_varint":
        raise Departure("no message of the protocol holds one")
    if case["type"] == "set_setup":
        raise Departure("setup parameters are numbered otherwise")
    check_reading(case, _PRIMITIVES[case["type"]])


def check_header_extensions(case: Case) -> None:
    """Check the extensions of a block header."""
    check_reading(case, HeaderExtensions)
