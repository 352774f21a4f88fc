"""Checks that operation families share: names, texts, amounts, symbols, unit targets.

Each `check_*` takes the value and the name of the field it came from, and raises an error that
carries both.  None of them reads state.
"""

import json
import re
from collections.abc import Iterable, Sized
from typing import Final

from protocol.assets import SBD, STEEM, VESTS, Asset, is_smt, is_vesting, nai_string
from protocol.authority import Authority
from protocol.errors import InvalidOperationError
from protocol.params import ChainParams
from protocol.types import AccountName, Symbol

MIN_ACCOUNT_NAME_LENGTH: Final = 3
MAX_ACCOUNT_NAME_LENGTH: Final = 16  # bytes; steemd STEEM_MAX_ACCOUNT_NAME_LENGTH
MAX_JSON_DEPTH: Final = 200  # open brackets; steemd JSON_MAX_RECURSION_DEPTH
PERCENT_100: Final = 10_000  # hundredths of a percent; steemd STEEM_100_PERCENT

_ACCOUNT_LABEL: Final = r"[a-z][a-z0-9-]+[a-z0-9]"
_KEPT_ANSWERS: Final = 65_536
_ACCOUNT_NAME: Final = re.compile(rf"{_ACCOUNT_LABEL}(?:\.{_ACCOUNT_LABEL})*")
# A string runs to its closing quote or to the end: no text is scanned twice.
_JSON_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]+|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)

_CORE_WORDS: Final = {STEEM: "STEEM", SBD: "SBD", VESTS: "VESTS"}

STEEM_UNIT_TARGETS: Final = frozenset({"$from", "$from.vesting", "$market_maker"})
"""Names besides accounts to which contributed STEEM may go (D-24)."""
TOKEN_UNIT_TARGETS: Final = STEEM_UNIT_TARGETS | {"$rewards", "$vesting"}
"""Names besides accounts to which tokens created at launch may go (D-24)."""
INFLATION_UNIT_TARGETS: Final = frozenset({"$rewards", "$vesting", "$market_maker"})
"""Names besides accounts to which tokens created by inflation may go (D-24)."""


class InvalidAccountNameError(InvalidOperationError):
    """A text is not an account name."""

    code = "operation.invalid_account_name"


class TextTooLongError(InvalidOperationError):
    """A text has more bytes than its field allows."""

    code = "operation.text_too_long"


class TextEmptyError(InvalidOperationError):
    """A text that must say something is empty."""

    code = "operation.text_empty"


class TextEncodingError(InvalidOperationError):
    """A text has no UTF-8 form (it holds a lone surrogate)."""

    code = "operation.text_not_utf8"


class InvalidJsonTextError(InvalidOperationError):
    """A text that must be JSON is not, or nests deeper than allowed."""

    code = "operation.invalid_json"


class WrongSymbolError(InvalidOperationError):
    """An amount is in another asset than the field takes."""

    code = "operation.wrong_symbol"


class VestingSymbolError(InvalidOperationError):
    """A vesting asset stands where only a liquid one may."""

    code = "operation.vesting_symbol"


class NotSmtSymbolError(InvalidOperationError):
    """A core asset stands where only a Smart Media Token may."""

    code = "operation.not_smt_symbol"


class AmountNotPositiveError(InvalidOperationError):
    """An amount that must be above zero is not."""

    code = "operation.amount_not_positive"


class AmountNegativeError(InvalidOperationError):
    """An amount that must be at least zero is not."""

    code = "operation.amount_negative"


class OutOfBoundsError(InvalidOperationError):
    """A number lies outside the bounds of its field."""

    code = "operation.out_of_bounds"


class UnexpectedExtensionsError(InvalidOperationError):
    """Extensions are given where none are defined."""

    code = "operation.unexpected_extensions"


class AuthorityTooLargeError(InvalidOperationError):
    """An authority has too many members."""

    code = "operation.authority_too_large"


class AuthorityImpossibleError(InvalidOperationError):
    """All members of an authority together cannot reach its threshold."""

    code = "operation.authority_impossible"


class InvalidUnitTargetError(InvalidOperationError):
    """A unit routes to something that is neither an account nor one of the map's own names."""

    code = "operation.invalid_unit_target"


class InvalidUnitWeightError(InvalidOperationError):
    """A unit routes with weight zero."""

    code = "operation.invalid_unit_weight"


class TooManyUnitRoutesError(InvalidOperationError):
    """A unit map has more entries than allowed."""

    code = "operation.too_many_unit_routes"


class _NameAnswers(dict[str, bool]):
    """Whether texts are account names: most transactions name accounts that others named before."""

    __slots__ = ()

    def __missing__(self, name: str) -> bool:
        # The length comes first: it bounds both the regular expression and what is kept.
        if not MIN_ACCOUNT_NAME_LENGTH <= len(name) <= MAX_ACCOUNT_NAME_LENGTH:
            return False
        if len(self) >= _KEPT_ANSWERS:
            self.clear()
        answer = self[name] = _ACCOUNT_NAME.fullmatch(name) is not None
        return answer


_is_account_name: Final = _NameAnswers()


def is_valid_account_name(name: str) -> bool:
    """Tell whether `name` follows the grammar of account names.

    3 to 16 characters; labels of at least 3, separated by dots; a label starts with a letter
    a-z, ends with a letter or digit, and holds letters, digits and hyphens between.

    Spec
    ----
    steemd: authority.cpp::is_valid_account_name
    """
    return _is_account_name[name]


def check_account_name(value: str, field: str) -> None:
    """Check the account-name grammar.

    Raises
    ------
    InvalidAccountNameError
        `value` is not an account name.

    Spec
    ----
    steemd: validation.hpp::validate_account_name
    """
    if not _is_account_name[value]:
        raise InvalidAccountNameError("not a valid account name", field=field, value=value)


def check_account_name_or_empty(value: str, field: str) -> None:
    """Check the account-name grammar where the empty text has a meaning of its own.

    Raises
    ------
    InvalidAccountNameError
        `value` is neither empty nor an account name.
    """
    if value:
        check_account_name(value, field)


def check_account_names(values: Iterable[str], field: str) -> None:
    """Check the account-name grammar of each entry of a list.

    Raises
    ------
    InvalidAccountNameError
        The first entry that is not an account name, as `field[index]`.
    """
    for index, value in enumerate(values):
        check_account_name(value, f"{field}[{index}]")


def check_text(value: str, field: str, *, maximum: int, minimum: int = 0) -> None:
    """Check that the UTF-8 form of `value` has `minimum` to `maximum` bytes, both allowed.

    Raises
    ------
    TextEncodingError
        `value` has no UTF-8 form.
    TextEmptyError
        It is shorter than `minimum`.
    TextTooLongError
        It is longer than `maximum`.
    """
    if value.isascii():
        size = len(value)
    else:
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            raise TextEncodingError("text has no UTF-8 form", field=field, value=value) from None
    if size < minimum:
        raise TextEmptyError(
            f"text of {size} bytes, at least {minimum} needed", field=field, value=value
        )
    if size > maximum:
        raise TextTooLongError(
            f"text of {size} bytes, at most {maximum} allowed", field=field, value=value
        )


def check_memo(value: str, field: str, params: ChainParams) -> None:
    """Check that a memo is shorter than `params.max_memo_size` bytes.

    Raises
    ------
    TextEncodingError, TextTooLongError
        See `check_text`.

    Spec
    ----
    steemd: steem_operations.cpp::transfer_operation::validate
    """
    check_text(value, field, maximum=params.max_memo_size - 1)


def check_permlink(value: str, field: str, params: ChainParams) -> None:
    """Check that a permlink is shorter than `params.max_permlink_length` bytes; it may be empty.

    Raises
    ------
    TextEncodingError, TextTooLongError
        See `check_text`.

    Spec
    ----
    steemd: validation.hpp::validate_permlink
    """
    check_text(value, field, maximum=params.max_permlink_length - 1)


def check_url(value: str, field: str, params: ChainParams) -> None:
    """Check that a witness URL has 1 to `params.max_witness_url_length` bytes.

    Raises
    ------
    TextEncodingError, TextEmptyError, TextTooLongError
        See `check_text`.

    Spec
    ----
    steemd: steem_operations.cpp::witness_update_operation::validate
    """
    check_text(value, field, minimum=1, maximum=params.max_witness_url_length)


def is_json_text(text: str) -> bool:
    """Tell whether `text` is one JSON value (RFC 8259) nested at most 200 brackets deep.

    Not-a-number and infinities are refused; a repeated key is not an error.  The reference's own
    parser is laxer about what is no JSON at all; see DIVERGENCES.

    Spec
    ----
    steemd: json.cpp::json::is_valid
    """
    # The parser recurses once per bracket: the depth is bounded before it runs, so the answer
    # never depends on how much stack the caller has left.
    if text.count("[") + text.count("{") > MAX_JSON_DEPTH and _is_json_too_deep(text):
        return False
    try:
        _JSON_DECODER.decode(text)
    except ValueError:
        return False
    return True


def _accept(_number: str) -> None:
    # Digits are not converted: Python limits how long a number may be, JSON does not.
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


_JSON_DECODER: Final = json.JSONDecoder(
    parse_int=_accept, parse_float=_accept, parse_constant=_refuse_constant
)


def _is_json_too_deep(text: str) -> bool:
    depth = 0
    for match in _JSON_STRING_OR_BRACKET.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                return True
        elif first in "]}":
            depth -= 1
    return False


def check_json_text(value: str, field: str) -> None:
    """Check that a metadata text is empty or JSON.

    Raises
    ------
    InvalidJsonTextError
        `value` is neither.

    Spec
    ----
    steemd: steem_operations.cpp::account_create_operation::validate
    """
    if value and not is_json_text(value):
        raise InvalidJsonTextError("text is not valid JSON", field=field, value=value)


def symbol_word(symbol: Symbol) -> str:
    """Return what a message calls an asset: STEEM, SBD, VESTS on every network, or its NAI."""
    return _CORE_WORDS.get(symbol) or nai_string(symbol)


def check_symbol(asset: Asset, allowed: Symbol | tuple[Symbol, ...], field: str) -> None:
    """Check that an amount is in an allowed asset.

    Raises
    ------
    WrongSymbolError
        It is not.
    """
    symbols = allowed if isinstance(allowed, tuple) else (allowed,)
    if asset.symbol not in symbols:
        wanted = " or ".join(map(symbol_word, symbols))
        raise WrongSymbolError(
            f"amount must be in {wanted}", field=field, value=symbol_word(asset.symbol)
        )


def check_liquid(symbol: Symbol, field: str) -> None:
    """Check that a symbol is not a vesting one.

    Raises
    ------
    VestingSymbolError
        `symbol` is VESTS or an SMT's vesting twin.
    """
    if is_vesting(symbol):
        raise VestingSymbolError(
            "a liquid asset is expected, not a vesting one", field=field, value=symbol_word(symbol)
        )


def check_smt_symbol(symbol: Symbol, field: str) -> None:
    """Check that a symbol is the liquid symbol of a Smart Media Token.

    Raises
    ------
    NotSmtSymbolError
        `symbol` is a core asset.
    VestingSymbolError
        `symbol` is the vesting twin.

    Spec
    ----
    steemd: smt_operations.cpp::common_symbol_validation
    """
    if not is_smt(symbol):
        raise NotSmtSymbolError(
            "a Smart Media Token is expected", field=field, value=symbol_word(symbol)
        )
    check_liquid(symbol, field)


def check_positive_amount(asset: Asset, field: str) -> None:
    """Check that an amount is above zero.

    Raises
    ------
    AmountNotPositiveError
        It is zero or negative.
    """
    if asset.amount <= 0:
        raise AmountNotPositiveError(
            "amount must be greater than zero", field=field, value=asset.amount
        )


def check_not_negative_amount(asset: Asset, field: str) -> None:
    """Check that an amount is zero or more.

    Raises
    ------
    AmountNegativeError
        It is negative.
    """
    if asset.amount < 0:
        raise AmountNegativeError("amount must not be negative", field=field, value=asset.amount)


def check_bounds(value: int, field: str, *, minimum: int, maximum: int) -> None:
    """Check that a number lies in `minimum` to `maximum`, both allowed.

    Raises
    ------
    OutOfBoundsError
        It does not.
    """
    if value < minimum or value > maximum:
        raise OutOfBoundsError(
            f"must lie between {minimum} and {maximum}", field=field, value=value
        )


def check_percent(value: int, field: str) -> None:
    """Check a share in hundredths of a percent, 0 to 10000.

    Raises
    ------
    OutOfBoundsError
        It is negative or above 100 %.
    """
    check_bounds(value, field, minimum=0, maximum=PERCENT_100)


def check_no_extensions(extensions: Sized, field: str = "extensions") -> None:
    """Check that no extension is given where none is defined.

    Raises
    ------
    UnexpectedExtensionsError
        One is.
    """
    if len(extensions):
        raise UnexpectedExtensionsError("no extensions are defined here", field=field)


def check_authority(authority: Authority, field: str) -> None:
    """Check that every account member of an authority has an account name.

    Raises
    ------
    InvalidAccountNameError
        The first member that has not, as `field.account_auths[index]`.

    Spec
    ----
    steemd: authority.cpp::authority::validate
    """
    check_account_names((name for name, _ in authority.account_auths), f"{field}.account_auths")


def check_authority_size(authority: Authority, field: str, params: ChainParams) -> None:
    """Check that an authority has at most `params.max_authority_membership` members.

    Raises
    ------
    AuthorityTooLargeError
        It has more.

    Spec
    ----
    steemd: steem_operations.cpp::validate_auth_size
    """
    if authority.member_count > params.max_authority_membership:
        raise AuthorityTooLargeError(
            f"at most {params.max_authority_membership} keys and accounts are allowed",
            field=field,
            value=authority.member_count,
        )


def check_authority_possible(authority: Authority, field: str) -> None:
    """Check that the members of an authority can reach its threshold.

    Raises
    ------
    AuthorityImpossibleError
        They cannot.

    Spec
    ----
    steemd: authority.cpp::authority::is_impossible
    """
    if authority.is_impossible():
        raise AuthorityImpossibleError(
            "the weights of all members stay below the threshold",
            field=field,
            value=authority.weight_threshold,
        )


def is_valid_unit_target(target: str, special_targets: frozenset[str]) -> bool:
    """Tell whether `target` is an account name or one of the map's own names.

    Spec
    ----
    whitepaper: "Units"; steemd: smt_operations.cpp::is_valid_unit_target (D-24)
    """
    return is_valid_account_name(target) or target in special_targets


def check_unit_routes(
    routes: tuple[tuple[AccountName, int], ...],
    field: str,
    special_targets: frozenset[str],
    params: ChainParams,
) -> None:
    """Check one map of a unit: its targets, weights above zero, and its size.

    `special_targets` is one of `STEEM_UNIT_TARGETS`, `TOKEN_UNIT_TARGETS` and
    `INFLATION_UNIT_TARGETS`.  An empty map is allowed here.

    Raises
    ------
    TooManyUnitRoutesError
        There are more than `params.smt_max_unit_routes` entries.
    InvalidUnitTargetError
        A target is neither an account name nor special.
    InvalidUnitWeightError
        A weight is zero.

    Spec
    ----
    whitepaper: "Units"; steemd: smt_operations.cpp::smt_generation_unit::validate (D-24)
    """
    if len(routes) > params.smt_max_unit_routes:
        raise TooManyUnitRoutesError(
            f"at most {params.smt_max_unit_routes} entries are allowed",
            field=field,
            value=len(routes),
        )
    for index, (target, weight) in enumerate(routes):
        if not is_valid_unit_target(target, special_targets):
            raise InvalidUnitTargetError(
                "not an account name or a name allowed here",
                field=f"{field}[{index}]",
                value=target,
            )
        if weight <= 0:
            raise InvalidUnitWeightError(
                "weight must be greater than zero", field=f"{field}[{index}]", value=weight
            )
