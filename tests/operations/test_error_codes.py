"""Codes of refusals are a contract with clients: none may change, each kind has its own."""

from protocol.errors import InvalidOperationError
from protocol.operations import OPERATIONS

CODES = {
    "AgentNotThirdPartyError": "operation.escrow.agent_not_third_party",
    "BeneficiariesError": "operation.social.beneficiaries",
    "CapBoundsError": "operation.smt.cap_bounds",
    "CapHashError": "operation.smt.cap_hash",
    "CapTooSmallError": "operation.smt.cap_too_small",
    "CurveNotAllowedError": "operation.smt.curve_not_allowed",
    "DecimalPlacesError": "operation.smt.decimal_places",
    "DelegationToSelfError": "operation.delegation.to_self",
    "EmptyInflationUnitError": "operation.smt.empty_inflation_unit",
    "EmptyUnitError": "operation.smt.empty_unit",
    "EscrowTimeError": "operation.escrow.time",
    "GenerationTimeError": "operation.smt.generation_time",
    "GenerationTooLargeError": "operation.smt.generation_too_large",
    "InflationIntervalError": "operation.smt.inflation_interval",
    "InflationTimeError": "operation.smt.inflation_time",
    "InvalidOverProductionError": "operation.mining.invalid_over_production",
    "InvalidWindowsError": "operation.smt.invalid_windows",
    "InvalidWitnessPropertyError": "operation.witness.invalid_property",
    "MarketMakerPairError": "operation.market_maker.pair",
    "MarketPairError": "operation.market.pair",
    "MiningEndedError": "operation.mining.ended",
    "MissingSigningKeyError": "operation.witness.missing_signing_key",
    "NoParametersError": "operation.smt.no_parameters",
    "NoSignerError": "operation.custom.no_signer",
    "NotAPartyError": "operation.escrow.not_a_party",
    "NothingToReceiveError": "operation.market.nothing_to_receive",
    "ProposalIdsError": "operation.proposal.ids",
    "ProposalTimeError": "operation.proposal.time",
    "ProxyToSelfError": "operation.witness.proxy_to_self",
    "RepeatedParameterError": "operation.smt.repeated_parameter",
    "RepeatedRewardError": "operation.rewards.repeated",
    "RewardSplitError": "operation.smt.reward_split",
    "SameAuthorityError": "operation.recovery.same_authority",
    "SameResetAccountError": "operation.recovery.same_reset_account",
    "TooManyVotableAssetsError": "operation.social.too_many_votable_assets",
    "TrivialAuthorityError": "operation.recovery.trivial_authority",
    "UnequalSteemUnitsError": "operation.smt.unequal_steem_units",
    "UnexpectedUnitError": "operation.smt.unexpected_unit",
    "UnitRatioError": "operation.smt.unit_ratio",
    "VotesTooFrequentError": "operation.smt.votes_too_frequent",
    "ZeroInflationError": "operation.smt.zero_inflation",
}


def kinds(root):
    for kind in root.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_family_keeps_its_codes():
    families = {operation.__module__ for operation in OPERATIONS}
    found = {
        kind.__name__: kind.code
        for kind in kinds(InvalidOperationError)
        if kind.__module__ in families
    }
    assert found == CODES


def test_no_two_kinds_share_a_code():
    codes = [kind.code for kind in kinds(InvalidOperationError)]
    assert len(codes) == len(set(codes))
