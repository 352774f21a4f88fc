"""What accounts have under way, as answers: escrows, conversions, recovery, delegations."""

from smtchain.node.arguments import Json
from smtchain.node.render import Render, time_text
from smtchain.state.tables.account import OwnerAuthorityHistory
from smtchain.state.tables.conversion import ConvertRequest
from smtchain.state.tables.delegation import VestingDelegation
from smtchain.state.tables.escrow import Escrow
from smtchain.state.tables.recovery import AccountRecoveryRequest, ChangeRecoveryAccountRequest


def escrow_json(row: Escrow, render: Render) -> dict[str, Json]:
    """Return an escrow; its balances are what has not been released yet."""
    return {
        "id": row.id,
        "escrow_id": row.escrow_id,
        "from": row.from_account,
        "to": row.to,
        "agent": row.agent,
        "ratification_deadline": time_text(row.ratification_deadline),
        "escrow_expiration": time_text(row.escrow_expiration),
        "sbd_balance": render.sbd(row.sbd_balance),
        "steem_balance": render.steem(row.steem_balance),
        "pending_fee": render.amount(row.pending_fee.amount, row.pending_fee.symbol),
        "to_approved": row.to_approved,
        "agent_approved": row.agent_approved,
        "disputed": row.disputed,
    }


def conversion_json(row: ConvertRequest, render: Render) -> dict[str, Json]:
    """Return a conversion of SBD that has not been paid yet."""
    return {
        "id": row.id,
        "owner": row.owner,
        "requestid": row.requestid,
        "amount": render.sbd(row.amount),
        "conversion_date": time_text(row.conversion_date),
    }


def recovery_json(row: AccountRecoveryRequest, render: Render) -> dict[str, Json]:
    """Return the owner authority that a recovery account proposes."""
    return {
        "id": row.id,
        "account_to_recover": row.account_to_recover,
        "new_owner_authority": render.authority(row.new_owner_authority),
        "expires": time_text(row.expires),
    }


def change_recovery_json(row: ChangeRecoveryAccountRequest) -> dict[str, Json]:
    """Return the recovery account that an account will have."""
    return {
        "id": row.id,
        "account_to_recover": row.account_to_recover,
        "recovery_account": row.recovery_account,
        "effective_on": time_text(row.effective_on),
    }


def owner_history_json(row: OwnerAuthorityHistory, render: Render) -> dict[str, Json]:
    """Return an owner authority that was replaced."""
    return {
        "id": row.id,
        "account": row.account,
        "previous_owner_authority": render.authority(row.previous_owner_authority),
        "last_valid_time": time_text(row.last_valid_time),
    }


def delegation_json(row: VestingDelegation, render: Render) -> dict[str, Json]:
    """Return shares that one account lends to another."""
    return {
        "id": row.id,
        "delegator": row.delegator,
        "delegatee": row.delegatee,
        "vesting_shares": render.amount(row.vesting_shares, row.symbol),
        "min_delegation_time": time_text(row.min_delegation_time),
    }
