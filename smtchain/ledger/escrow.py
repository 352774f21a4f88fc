"""What an escrow holds."""

from protocol.assets import SBD, STEEM, Asset
from smtchain.state.tables.escrow import Escrow


def escrowed_assets(escrow: Escrow) -> tuple[Asset, Asset, Asset]:
    """Return the STEEM, the SBD and the unpaid fee that belong to the sender if it ends now."""
    return (
        Asset(escrow.steem_balance, STEEM),
        Asset(escrow.sbd_balance, SBD),
        escrow.pending_fee,
    )
