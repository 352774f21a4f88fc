"""Finding tokens and asking what they allow; their phases and their place in the event queue.

A token is one object whatever precision a symbol carries; operations must name the precision the
token has now.  Every refusal here carries the field that named the token.
"""

from protocol.assets import nai_string, precision_of, stripped
from protocol.errors import EvaluationError
from protocol.operations.smt_setup import CappedGenerationPolicy, SmtPhaseChanged
from protocol.types import TIME_MAX, AccountName, Symbol
from smtchain.economics.generation import GenerationRoutes
from smtchain.state.state import State
from smtchain.state.tables.smt import (
    UNREVEALED,
    SmtEvent,
    SmtEventKind,
    SmtGeneration,
    SmtPhase,
    SmtToken,
)


class SmtNotFoundError(EvaluationError):
    """No token has this identifier."""

    code = "evaluation.smt.not_found"


class SmtPrecisionError(SmtNotFoundError):
    """The token exists with another number of decimals."""

    code = "evaluation.smt.wrong_precision"


class SmtControlError(EvaluationError):
    """An account that does not control the token tries to configure it."""

    code = "evaluation.smt.not_controller"


class SmtPhaseError(EvaluationError):
    """The token's phase does not allow the operation.

    Attributes
    ----------
    phase : SmtPhase
        The phase the token is in.
    """

    code = "evaluation.smt.wrong_phase"

    def __init__(self, token: SmtToken, field: str) -> None:
        self.phase = SmtPhase(token.phase)
        super().__init__(
            f"{nai_string(token.symbol)} is in phase {self.phase.name.lower()}, "
            "which does not allow this operation",
            field=field,
            value=self.phase.name.lower(),
        )


def find_token(state: State, symbol: Symbol) -> SmtToken | None:
    """Return the token of an SMT's liquid symbol, whatever precision the symbol carries.

    Spec
    ----
    steemd: util/smt_token.cpp::find_token
    """
    return state.smt_tokens.find(stripped(symbol))


def require_token_of_any_precision(state: State, symbol: Symbol, field: str) -> SmtToken:
    """Return the token with the identifier of `symbol`.

    Raises
    ------
    SmtNotFoundError
        There is none.
    """
    token = find_token(state, symbol)
    if token is None:
        raise SmtNotFoundError(
            f"token {nai_string(symbol)} does not exist", field=field, value=nai_string(symbol)
        )
    return token


def require_token(state: State, symbol: Symbol, field: str = "symbol") -> SmtToken:
    """Return the token whose symbol is exactly `symbol`, precision included.

    Raises
    ------
    SmtNotFoundError
        There is none.
    SmtPrecisionError
        Its precision is another.

    Spec
    ----
    whitepaper: "SMT setup"; steemd: smt_evaluator.cpp::get_controlled_smt
    """
    token = require_token_of_any_precision(state, symbol, field)
    if token.symbol != symbol:
        raise SmtPrecisionError(
            f"{nai_string(symbol)} has {precision_of(token.symbol)} decimals",
            field=field,
            value=precision_of(symbol),
        )
    return token


def require_controlled_token(
    state: State, symbol: Symbol, control_account: AccountName
) -> SmtToken:
    """Return the token exactly named by `symbol`, which `control_account` must control.

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError
        See `require_token`.
    SmtControlError
        Another account controls it.

    Spec
    ----
    steemd: smt_evaluator.cpp::get_controlled_smt
    """
    token = require_token(state, symbol)
    require_controller(token, control_account)
    return token


def require_controller(token: SmtToken, control_account: AccountName) -> None:
    """Check that `control_account` controls the token.

    Raises
    ------
    SmtControlError
        Another account does.
    """
    if token.control_account != control_account:
        raise SmtControlError(
            f"{nai_string(token.symbol)} is not controlled by {control_account}",
            field="control_account",
            value=control_account,
        )


def require_phase(token: SmtToken, *phases: SmtPhase, field: str = "symbol") -> None:
    """Check that the token is in one of `phases`.

    Raises
    ------
    SmtPhaseError
        It is not.
    """
    if token.phase not in phases:
        raise SmtPhaseError(token, field)


def require_active_token(state: State, symbol: Symbol, field: str) -> SmtToken:
    """Return the token exactly named by `symbol`, which must be launched and fully paid out.

    While payouts stream, balances exist already and must not move (D-22).

    Raises
    ------
    SmtNotFoundError, SmtPrecisionError
        See `require_token`.
    SmtPhaseError
        The token is not active.

    Spec
    ----
    whitepaper: "Launch"
    """
    token = require_token(state, symbol, field)
    require_phase(token, SmtPhase.ACTIVE, field=field)
    return token


def change_phase(state: State, token: SmtToken, phase: SmtPhase) -> SmtPhaseChanged:
    """Move the token to `phase`; return the virtual operation that reports it."""
    old_phase = token.phase
    state.smt_tokens.modify(token, phase=int(phase))
    return SmtPhaseChanged(symbol=token.symbol, old_phase=old_phase, new_phase=int(phase))


def schedule_event(state: State, nai: int, kind: SmtEventKind, time: int) -> None:
    """Put work for a token into the event queue; a time that cannot come is left out."""
    if time > TIME_MAX:
        return
    state.smt_events.insert(
        SmtEvent(id=state.smt_events.next_id(), time=time, kind=int(kind), nai=nai)
    )


def cancel_event(state: State, nai: int, kind: SmtEventKind) -> None:
    """Take a token's event of this kind out of the queue, if there is one."""
    for event in state.smt_events.scan("by_nai", nai):
        if event.kind == kind:
            state.smt_events.remove(event)
            return


def are_caps_revealed(generation: SmtGeneration) -> bool:
    """Tell whether both the minimum and the hard cap are known."""
    return UNREVEALED not in (generation.min_steem_units, generation.hard_cap_steem_units)


def routes_of(policy: CappedGenerationPolicy) -> GenerationRoutes:
    """Return the policy's four unit maps as the economics take them."""
    return GenerationRoutes(
        pre_steem=policy.pre_soft_cap_unit.steem_unit,
        pre_token=policy.pre_soft_cap_unit.token_unit,
        post_steem=policy.post_soft_cap_unit.steem_unit,
        post_token=policy.post_soft_cap_unit.token_unit,
    )


def has_market_maker(token: SmtToken) -> bool:
    """Tell whether the token was given market maker parameters, so it may receive for one."""
    return token.market_maker_reserve_ratio > 0
