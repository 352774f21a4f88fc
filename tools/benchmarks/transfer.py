"""The signed transfer that the rows about single transactions share."""

from protocol.assets import STEEM, Asset
from protocol.crypto import PrivateKey
from protocol.operations.transfer import Transfer
from protocol.params import DEV, DEV_PARAMS
from protocol.transaction import SignedTransaction, Transaction, sign_transaction
from protocol.types import AccountName

KEY = PrivateKey.from_seed("aliceactive")
CHAIN_ID = DEV_PARAMS.chain_id
NETWORK = DEV
REF_BLOCK_NUM = 34_294
REF_BLOCK_PREFIX = 1_707_342_826
EXPIRATION = 1_561_473_600  # 2019-06-25T14:40:00
SENDER, RECEIVER = AccountName("alice"), AccountName("bob")
SATOSHIS = 1_000
MEMO = "for the coffee of last Tuesday"


def build(expiration: int = EXPIRATION) -> Transaction:
    """Return the transfer, without signatures."""
    operation = Transfer(SENDER, RECEIVER, Asset(SATOSHIS, STEEM), MEMO)
    return Transaction(REF_BLOCK_NUM, REF_BLOCK_PREFIX, expiration, (operation,))


SIGNED = sign_transaction(build(), [KEY], CHAIN_ID, NETWORK)


def build_signed() -> SignedTransaction:
    """Return the transfer with its known signature, every object made anew."""
    operation = Transfer(SENDER, RECEIVER, Asset(SATOSHIS, STEEM), MEMO)
    return SignedTransaction(
        REF_BLOCK_NUM, REF_BLOCK_PREFIX, EXPIRATION, (operation,), (), SIGNED.signatures
    )
