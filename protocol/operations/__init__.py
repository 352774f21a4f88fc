"""All operations by number.

Importing this package fills the table of operation numbers.  Numbers are positions in `OPERATIONS`:
append only, for ever.  0 to 73 are those of steemd at revision W with SMTs enabled; whether an
operation is virtual is a property of its class, not of its number.
"""

from typing import Final

from protocol.operation import Operation
from protocol.operations.account import (
    AccountCreate,
    AccountCreateWithDelegation,
    AccountUpdate,
    AccountUpdate2,
    ClaimAccount,
    CreateClaimedAccount,
)
from protocol.operations.custom import Custom, CustomBinary, CustomJson
from protocol.operations.delegation import DelegateVestingShares, ReturnVestingDelegation
from protocol.operations.escrow import EscrowApprove, EscrowDispute, EscrowRelease, EscrowTransfer
from protocol.operations.market import (
    Convert,
    FillConvertRequest,
    FillOrder,
    LimitOrderCancel,
    LimitOrderCreate,
    LimitOrderCreate2,
    LiquidityReward,
)
from protocol.operations.market_maker import (
    SmtMarketMakerContribute,
    SmtMarketMakerFilled,
    SmtMarketMakerTrade,
)
from protocol.operations.mining import Pow2Operation, PowOperation, ReportOverProduction
from protocol.operations.proposal import (
    CreateProposal,
    ProposalPay,
    RemoveProposal,
    SpsFund,
    UpdateProposalVotes,
)
from protocol.operations.recovery import (
    ChangeRecoveryAccount,
    DeclineVotingRights,
    RecoverAccount,
    RequestAccountRecovery,
    ResetAccount,
    SetResetAccount,
)
from protocol.operations.rewards import (
    AuthorReward,
    ClaimRewardBalance,
    ClaimRewardBalance2,
    CommentBenefactorReward,
    CommentReward,
    CurationReward,
)
from protocol.operations.savings import (
    CancelTransferFromSavings,
    FillTransferFromSavings,
    Interest,
    TransferFromSavings,
    TransferToSavings,
)
from protocol.operations.smt_contribution import (
    SmtCapReveal,
    SmtContribute,
    SmtContributorPayout,
    SmtFounderPayout,
    SmtRefund,
    SmtRefunded,
)
from protocol.operations.smt_creation import SmtCreate
from protocol.operations.smt_inflation import SmtInflationEmitted, SmtSetupInflation
from protocol.operations.smt_parameters import SmtSetRuntimeParameters, SmtSetSetupParameters
from protocol.operations.smt_setup import (
    SmtLaunchEvaluated,
    SmtPhaseChanged,
    SmtSetup,
    SmtTokenLaunched,
)
from protocol.operations.social import (
    Comment,
    CommentOptions,
    CommentPayoutUpdate,
    DeleteComment,
    Vote,
)
from protocol.operations.transfer import ClearNullAccountBalance, Transfer
from protocol.operations.vesting import (
    FillVestingWithdraw,
    SetWithdrawVestingRoute,
    TransferToVesting,
    WithdrawVesting,
)
from protocol.operations.witness import (
    AccountWitnessProxy,
    AccountWitnessVote,
    FeedPublish,
    Hardfork,
    ProducerReward,
    ShutdownWitness,
    WitnessSetProperties,
    WitnessUpdate,
)

OPERATIONS: Final[tuple[type[Operation], ...]] = (
    Vote,  # 0
    Comment,  # 1
    Transfer,  # 2
    TransferToVesting,  # 3
    WithdrawVesting,  # 4
    LimitOrderCreate,  # 5
    LimitOrderCancel,  # 6
    FeedPublish,  # 7
    Convert,  # 8
    AccountCreate,  # 9
    AccountUpdate,  # 10
    WitnessUpdate,  # 11
    AccountWitnessVote,  # 12
    AccountWitnessProxy,  # 13
    PowOperation,  # 14
    Custom,  # 15
    ReportOverProduction,  # 16
    DeleteComment,  # 17
    CustomJson,  # 18
    CommentOptions,  # 19
    SetWithdrawVestingRoute,  # 20
    LimitOrderCreate2,  # 21
    ClaimAccount,  # 22
    CreateClaimedAccount,  # 23
    RequestAccountRecovery,  # 24
    RecoverAccount,  # 25
    ChangeRecoveryAccount,  # 26
    EscrowTransfer,  # 27
    EscrowDispute,  # 28
    EscrowRelease,  # 29
    Pow2Operation,  # 30
    EscrowApprove,  # 31
    TransferToSavings,  # 32
    TransferFromSavings,  # 33
    CancelTransferFromSavings,  # 34
    CustomBinary,  # 35
    DeclineVotingRights,  # 36
    ResetAccount,  # 37
    SetResetAccount,  # 38
    ClaimRewardBalance,  # 39
    DelegateVestingShares,  # 40
    AccountCreateWithDelegation,  # 41
    WitnessSetProperties,  # 42
    AccountUpdate2,  # 43
    CreateProposal,  # 44
    UpdateProposalVotes,  # 45
    RemoveProposal,  # 46
    ClaimRewardBalance2,  # 47
    SmtSetup,  # 48
    SmtCapReveal,  # 49
    SmtRefund,  # 50
    SmtSetupInflation,  # 51
    SmtSetSetupParameters,  # 52
    SmtSetRuntimeParameters,  # 53
    SmtCreate,  # 54
    SmtContribute,  # 55
    FillConvertRequest,  # 56 virtual
    AuthorReward,  # 57 virtual
    CurationReward,  # 58 virtual
    CommentReward,  # 59 virtual
    LiquidityReward,  # 60 virtual
    Interest,  # 61 virtual
    FillVestingWithdraw,  # 62 virtual
    FillOrder,  # 63 virtual
    ShutdownWitness,  # 64 virtual
    FillTransferFromSavings,  # 65 virtual
    Hardfork,  # 66 virtual
    CommentPayoutUpdate,  # 67 virtual
    ReturnVestingDelegation,  # 68 virtual
    CommentBenefactorReward,  # 69 virtual
    ProducerReward,  # 70 virtual
    ClearNullAccountBalance,  # 71 virtual
    ProposalPay,  # 72 virtual
    SpsFund,  # 73 virtual
    SmtMarketMakerTrade,  # 74
    SmtMarketMakerContribute,  # 75
    SmtPhaseChanged,  # 76 virtual
    SmtLaunchEvaluated,  # 77 virtual
    SmtContributorPayout,  # 78 virtual
    SmtRefunded,  # 79 virtual
    SmtFounderPayout,  # 80 virtual
    SmtTokenLaunched,  # 81 virtual
    SmtInflationEmitted,  # 82 virtual
    SmtMarketMakerFilled,  # 83 virtual
)
