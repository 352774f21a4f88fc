"""Creation and destruction of STEEM, SBD and SMTs, and the virtual supply.

Every satoshi enters and leaves existence here, so that supply counters and balances cannot part.
"""

from protocol.arith import i64
from protocol.assets import SBD, STEEM, Asset, is_smt, is_vesting, stripped
from protocol.errors import InvariantViolationError
from protocol.params import ChainParams
from smtchain.economics.sbd import calculate_print_rate_bp
from smtchain.ledger.pricing import find_median_price, to_steem
from smtchain.state.state import State


def issue(state: State, asset: Asset) -> None:
    """Count newly created STEEM, SBD or liquid SMT (satoshis >= 0); the caller credits them.

    Raises
    ------
    InvariantViolationError
        An SMT would exceed its maximum supply; callers clamp before they issue.

    Spec
    ----
    steemd: database.cpp::adjust_supply
    """
    _adjust(state, asset, asset.amount)


def burn(state: State, asset: Asset) -> None:
    """Count destroyed STEEM, SBD or liquid SMT (satoshis >= 0); the caller has debited them.

    Raises
    ------
    InvariantViolationError
        More would be destroyed than exists.

    Spec
    ----
    steemd: database.cpp::adjust_supply
    """
    _adjust(state, asset, -asset.amount)


def _adjust(state: State, asset: Asset, delta: int) -> None:
    properties = state.globals.get()
    if asset.symbol == STEEM:
        supply = _checked(properties.current_supply + delta, asset)
        state.globals.modify(
            properties,
            current_supply=supply,
            virtual_supply=i64(properties.virtual_supply + delta),
        )
    elif asset.symbol == SBD:
        sbd_supply = _checked(properties.current_sbd_supply + delta, asset)
        sbd_value = to_steem(state, Asset(sbd_supply, SBD)).amount
        state.globals.modify(
            properties,
            current_sbd_supply=sbd_supply,
            virtual_supply=i64(properties.current_supply + sbd_value),
        )
    elif is_smt(asset.symbol) and not is_vesting(asset.symbol):
        token = state.smt_tokens.get(stripped(asset.symbol))
        supply = _checked(token.current_supply + delta, asset)
        if delta > 0 and supply > token.max_supply:
            raise InvariantViolationError(f"supply {supply} of {asset} exceeds {token.max_supply}")
        state.smt_tokens.modify(token, current_supply=supply)
    else:
        raise InvariantViolationError(f"{asset} has no supply of its own")


def _checked(supply: int, asset: Asset) -> int:
    if supply < 0:
        raise InvariantViolationError(f"more than exists would be destroyed: {asset}")
    return i64(supply)


def update_virtual_supply(state: State, params: ChainParams) -> None:
    """Recompute what the supply would be if all SBD were converted, and the SBD print rate.

    Spec
    ----
    steemd: database.cpp::update_virtual_supply
    """
    properties = state.globals.get()
    if find_median_price(state) is None:
        state.globals.modify(properties, virtual_supply=properties.current_supply)
        return
    sbd_value = to_steem(state, Asset(properties.current_sbd_supply, SBD)).amount
    virtual_supply = i64(properties.current_supply + sbd_value)
    print_rate = properties.sbd_print_rate
    if virtual_supply > 0:
        print_rate = calculate_print_rate_bp(
            sbd_value, virtual_supply, params.sbd_start_percent, params.sbd_stop_percent
        )
    state.globals.modify(properties, virtual_supply=virtual_supply, sbd_print_rate=print_rate)
