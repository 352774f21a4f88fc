"""Block producers: their properties, votes for them, the price feed they publish."""

from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from protocol.assets import SBD, STEEM, Asset, Price, check_price
from protocol.authority import Authority, single_key_authority
from protocol.chain_properties import (
    LegacyChainProperties,
    check_block_size,
    check_creation_fee,
)
from protocol.errors import InvalidOperationError, ProtocolError
from protocol.operation import Accounts, Extensions, Operation, operation
from protocol.params import ChainParams
from protocol.types import (
    I32,
    U16,
    U32,
    AccountName,
    Bytes,
    FlatMap,
    PublicKey,
)
from protocol.validation import (
    check_account_name,
    check_account_name_or_empty,
    check_bounds,
    check_not_negative_amount,
    check_percent,
    check_symbol,
    check_url,
)
from protocol.wire import decode_as

__all__ = [
    "AccountWitnessProxy",
    "AccountWitnessVote",
    "FeedPublish",
    "Hardfork",
    "InvalidWitnessPropertyError",
    "LegacyChainProperties",
    "MissingSigningKeyError",
    "ProducerReward",
    "ProxyToSelfError",
    "ShutdownWitness",
    "WitnessProperties",
    "WitnessSetProperties",
    "WitnessUpdate",
]

_UNSATISFIABLE: Final = Authority(1, ((AccountName("null"), 1),), ())


class ProxyToSelfError(InvalidOperationError):
    """An account names itself as its witness proxy."""

    code = "operation.witness.proxy_to_self"


class MissingSigningKeyError(InvalidOperationError):
    """Witness properties come without the current signing key."""

    code = "operation.witness.missing_signing_key"


class InvalidWitnessPropertyError(InvalidOperationError):
    """The bytes of a witness property are not the encoding of its value."""

    code = "operation.witness.invalid_property"


@operation(tag=7)
@dataclass(frozen=True, slots=True)
class FeedPublish(Operation):
    """Publish a witness's price of SBD in STEEM, in either direction.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (no SMTs); steemd: feed_publish_operation
    """

    publisher: AccountName
    exchange_rate: Price

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, a market other than STEEM and SBD, and a price not above zero."""
        check_account_name(self.publisher, "publisher")
        check_symbol(self.exchange_rate.base, (STEEM, SBD), "exchange_rate.base")
        check_symbol(self.exchange_rate.quote, (STEEM, SBD), "exchange_rate.quote")
        check_price(self.exchange_rate, "exchange_rate")

    @override
    def required_active(self) -> Accounts:
        """Return the publisher."""
        return frozenset((self.publisher,))


@operation(tag=11)
@dataclass(frozen=True, slots=True)
class WitnessUpdate(Operation):
    """Become a witness or change one; a null signing key stops production.

    Spec
    ----
    steemd: witness_update_operation
    """

    owner: AccountName
    url: str
    block_signing_key: PublicKey
    props: LegacyChainProperties
    fee: Asset

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, URL, fee or property."""
        check_account_name(self.owner, "owner")
        check_url(self.url, "url", params)
        check_symbol(self.fee, STEEM, "fee")
        check_not_negative_amount(self.fee, "fee")
        self.props.check("props", params)

    @override
    def required_active(self) -> Accounts:
        """Return the witness."""
        return frozenset((self.owner,))


@operation(tag=12)
@dataclass(frozen=True, slots=True)
class AccountWitnessVote(Operation):
    """Vote for a witness, or take the vote back.

    Spec
    ----
    whitepaper: "SMT interaction with existing operations" (SMTs have no effect);
    steemd: account_witness_vote_operation
    """

    account: AccountName
    witness: AccountName
    approve: bool = True

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names."""
        check_account_name(self.account, "account")
        check_account_name(self.witness, "witness")

    @override
    def required_active(self) -> Accounts:
        """Return the voter."""
        return frozenset((self.account,))


@operation(tag=13)
@dataclass(frozen=True, slots=True)
class AccountWitnessProxy(Operation):
    """Let `proxy` cast the account's witness votes; the empty name ends that.

    Spec
    ----
    steemd: account_witness_proxy_operation
    """

    account: AccountName
    proxy: AccountName

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse bad names and a proxy to oneself."""
        check_account_name(self.account, "account")
        check_account_name_or_empty(self.proxy, "proxy")
        if self.proxy == self.account:
            raise ProxyToSelfError("cannot proxy to self", field="proxy", value=self.proxy)

    @override
    def required_active(self) -> Accounts:
        """Return the account."""
        return frozenset((self.account,))


@dataclass(frozen=True, slots=True)
class WitnessProperties:
    """The decoded properties of a `WitnessSetProperties`; None where none is given."""

    key: PublicKey
    account_creation_fee: Asset | None = None
    account_subsidy_budget: int | None = None
    account_subsidy_decay: int | None = None
    maximum_block_size: int | None = None
    new_signing_key: PublicKey | None = None
    sbd_exchange_rate: Price | None = None
    sbd_interest_rate: int | None = None
    url: str | None = None


_PROPERTY_TYPES: Final = {
    "account_creation_fee": Asset,
    "account_subsidy_budget": I32,
    "account_subsidy_decay": U32,
    "key": PublicKey,
    "maximum_block_size": U32,
    "new_signing_key": PublicKey,
    "sbd_exchange_rate": Price,
    "sbd_interest_rate": U16,
    "url": str,
}


@operation(tag=42)
@dataclass(frozen=True, slots=True)
class WitnessSetProperties(Operation):
    """Change a witness's properties, signed with its block signing key.

    Each property is its name and the wire encoding of its value.

    Spec
    ----
    steemd: witness_set_properties_operation
    """

    owner: AccountName
    props: FlatMap[str, Bytes]
    extensions: Extensions = ()

    @override
    def validate(self, params: ChainParams) -> None:
        """Refuse a bad name, a missing signing key, and properties undecodable or out of range."""
        check_account_name(self.owner, "owner")
        given = self.properties(params)
        if given.account_creation_fee is not None:
            check_creation_fee(given.account_creation_fee, "props.account_creation_fee", params)
        if given.maximum_block_size is not None:
            check_block_size(given.maximum_block_size, "props.maximum_block_size", params)
        if given.sbd_interest_rate is not None:
            check_percent(given.sbd_interest_rate, "props.sbd_interest_rate")
        if given.sbd_exchange_rate is not None:
            check_symbol(given.sbd_exchange_rate.base, SBD, "props.sbd_exchange_rate.base")
            check_symbol(given.sbd_exchange_rate.quote, STEEM, "props.sbd_exchange_rate.quote")
            check_price(given.sbd_exchange_rate, "props.sbd_exchange_rate")
        if given.url is not None:
            check_url(given.url, "props.url", params)
        if given.account_subsidy_budget is not None:
            check_bounds(
                given.account_subsidy_budget,
                "props.account_subsidy_budget",
                minimum=params.min_account_subsidy_budget,
                maximum=params.max_account_subsidy_budget,
            )
        if given.account_subsidy_decay is not None:
            check_bounds(
                given.account_subsidy_decay,
                "props.account_subsidy_decay",
                minimum=params.min_account_subsidy_decay,
                maximum=params.max_account_subsidy_decay,
            )

    def properties(self, params: ChainParams) -> WitnessProperties:
        """Return the known properties, decoded; names not known are ignored, as in steemd.

        Raises
        ------
        MissingSigningKeyError
            There is no property `key`.
        InvalidWitnessPropertyError
            The bytes of a known property are not an encoding of its type.
        """
        decoded = {}
        for name, data in self.props:
            hint = _PROPERTY_TYPES.get(name)
            if hint is None:
                continue
            try:
                decoded[name] = decode_as(hint, data, params.network)
            except ProtocolError as error:
                raise InvalidWitnessPropertyError(
                    f"not an encoded {name}: {error.message}", field=f"props.{name}", value=data
                ) from error
        if "key" not in decoded:
            raise MissingSigningKeyError("the current signing key is missing", field="props.key")
        return WitnessProperties(**decoded)

    @override
    def required_other(self) -> tuple[Authority, ...]:
        """Return the signing key given; without one, an authority nobody can satisfy."""
        for name, data in self.props:
            if name == "key" and len(data) == 33:
                return (single_key_authority(PublicKey(data)),)
        return (_UNSATISFIABLE,)


@operation(tag=64, virtual=True)
@dataclass(frozen=True, slots=True)
class ShutdownWitness(Operation):
    """A witness missed too many blocks and lost its signing key.

    Spec
    ----
    steemd: shutdown_witness_operation
    """

    owner: AccountName


@operation(tag=70, virtual=True)
@dataclass(frozen=True, slots=True)
class ProducerReward(Operation):
    """A block was produced and paid for in vesting shares.

    Spec
    ----
    steemd: producer_reward_operation
    """

    producer: AccountName
    vesting_shares: Asset


@operation(tag=66, virtual=True)
@dataclass(frozen=True, slots=True)
class Hardfork(Operation):
    """New rules took effect.

    Spec
    ----
    steemd: hardfork_operation
    """

    hardfork_id: U32
