"""Who must sign a transaction, and whether the signatures at hand suffice, by the present state."""

from collections.abc import Sequence

from protocol.authority import (
    RequiredAuthorities,
    get_potential_signatures,
    get_required_signatures,
    verify_authority,
)
from protocol.params import ChainParams
from protocol.transaction import TransactionEnvelope
from protocol.types import AccountName, PublicKey
from smtchain.chain.apply_transaction import authority_lookup
from smtchain.state.state import State


class Signatures:
    """Answers about signatures from one chain's accounts."""

    def __init__(self, state: State, params: ChainParams) -> None:
        self._lookup = authority_lookup(state)
        self._params = params

    def verify(self, envelope: TransactionEnvelope) -> None:
        """Check that the signatures suffice and that each was needed.

        Raises
        ------
        InvalidSignatureError, MissingAuthorityError, MixedAuthoritiesError,
        DuplicateSignatureError, IrrelevantSignatureError
            They do not.
        """
        envelope.verify(self._lookup, self._params)

    def verify_account(self, account: AccountName, keys: Sequence[PublicKey]) -> None:
        """Check that `keys` satisfy an account's active authority; raises as `verify`."""
        required = RequiredAuthorities(active=frozenset((account,)))
        verify_authority(required, keys, self._lookup, self._params)

    def potential(self, envelope: TransactionEnvelope) -> tuple[PublicKey, ...]:
        """Return every key that could take part in signing."""
        return get_potential_signatures(envelope.required, self._lookup, self._params)

    def required(
        self, envelope: TransactionEnvelope, available: Sequence[PublicKey]
    ) -> tuple[PublicKey, ...]:
        """Return which of the available keys still have to sign.

        Raises
        ------
        InvalidSignatureError
            A signature that is there already is not valid.
        """
        return get_required_signatures(
            envelope.required, envelope.signers, available, self._lookup, self._params
        )
