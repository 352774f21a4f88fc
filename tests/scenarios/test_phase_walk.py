"""Every operation in every phase of a token: accepted or refused exactly as the table says.

The rows are docs/RULES.md 2.10 (whitepaper "Launch", "SMT pre-setup", "Named token parameters";
steemd smt_phase), with the two halves of a failure told apart.  Blocks pay or refund one
contribution each, so that launching and failing can be seen from inside.
"""

from dataclasses import replace

import pytest
from actors import Stage
from smt_world import commitment
from token_stage import PLAIN, TokenStage

from protocol.assets import SBD, Asset
from protocol.errors import ProtocolError
from protocol.operations.smt_parameters import (
    SmtParamAllowDownvotes,
    SmtParamAllowVoting,
    SmtSetRuntimeParameters,
    SmtSetSetupParameters,
)
from protocol.operations.transfer import Transfer
from protocol.operations.vesting import TransferToVesting
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import with_params
from smtchain.chain.options import ChainOptions
from smtchain.state.tables.smt import SmtPhase

# An entry that begins after everything else in this file.
FAR = 10**9

OPERATIONS = {
    "create": lambda token: token.creation(),
    "reset": lambda token: token.creation(smt_creation_fee=Asset(0, SBD)),
    "setup parameters": lambda token: SmtSetSetupParameters(
        token.control, token.symbol, (SmtParamAllowVoting(value=False),)
    ),
    "runtime parameters": lambda token: SmtSetRuntimeParameters(
        token.control, token.symbol, (SmtParamAllowDownvotes(value=False),)
    ),
    "inflation": lambda token: token.inflation({"bob": 1}, 5, schedule_time=token.launch + FAR),
    "setup": lambda token: token.setup(
        generation_begin_time=token.stage.now + 100,
        generation_end_time=token.stage.now + 200,
        announced_launch_time=token.stage.now + 300,
        launch_expiration_time=token.stage.now + 400,
    ),
    "reveal": lambda token: token.reveal(301),
    "contribute": lambda token: token.contribution("dave", 10, 7),
    "refund": lambda token: token.refund("carol", 1_000, 1),
    "transfer": lambda token: Transfer("bob", "dave", token.amount(1), ""),
    "vest": lambda token: TransferToVesting("bob", "bob", token.amount(1)),
}

ACCEPTED = {
    "nothing": {"create"},
    "setup": {"reset", "setup parameters", "runtime parameters", "inflation", "setup"},
    "setup completed": {"runtime parameters", "reveal"},
    "contribution": {"runtime parameters", "reveal", "contribute"},
    "contribution ended": {"runtime parameters", "reveal"},
    "launch pending": {"runtime parameters", "reveal", "refund"},
    "launching": {"runtime parameters"},
    "launch failed, refunds under way": {"runtime parameters", "refund"},
    "launch failed, all refunded": {"runtime parameters", "create"},
    "active": {"runtime parameters", "transfer", "vest"},
}

PHASES = {
    "setup": SmtPhase.SETUP,
    "setup completed": SmtPhase.SETUP_COMPLETED,
    "contribution": SmtPhase.CONTRIBUTION,
    "contribution ended": SmtPhase.CONTRIBUTION_ENDED,
    "launch pending": SmtPhase.LAUNCH_PENDING,
    "launching": SmtPhase.LAUNCHING,
    "launch failed, refunds under way": SmtPhase.LAUNCH_FAILED,
    "launch failed, all refunded": SmtPhase.LAUNCH_FAILED,
    "active": SmtPhase.ACTIVE,
}

# A refusal is for the phase, but for these.
REASONS = {
    ("launch failed, refunds under way", "create"): "evaluation.smt.refunds_pending",
    ("launch failed, all refunded", "refund"): "evaluation.smt.contribution_not_found",
}


def expected_code(phase, name):
    if phase == "nothing":
        return "evaluation.smt.not_found"
    if (phase, name) in REASONS:
        return REASONS[phase, name]
    return "evaluation.smt.exists" if name == "create" else "evaluation.smt.wrong_phase"


@pytest.fixture(scope="module")
def slow_genesis(dev_genesis):
    return with_params(dev_genesis, replace(dev_genesis.params, launch_payouts_per_block=1))


@pytest.fixture
def bring(slow_genesis):
    """Return a function that takes a new token to a phase on a chain of its own."""
    opened = []

    def take(phase):
        opened.append(Chain.in_memory(slow_genesis, ChainOptions(recount_every=1)))
        token = TokenStage(Stage(opened[-1]))
        advance(token, phase)
        return token

    yield take
    for chain in opened:
        chain.close()


def advance(token, phase):
    """bob gives 200 units, carol and dave 100 each; the minimum is 301 units, or 500 to fail."""
    minimum = 500 if phase.startswith("launch failed") else 301
    policy = replace(PLAIN, min_steem_units_commitment=commitment(minimum))
    steps = {
        "nothing": [],
        "setup": [lambda: token.send(token.creation())],
        "setup completed": [lambda: token.set_up(policy)],
        "contribution": [
            lambda: token.go(token.begin),
            lambda: token.contribute(("bob", 2_000), ("carol", 1_000), ("dave", 1_000)),
        ],
        "contribution ended": [lambda: token.go(token.end)],
        "launch pending": [lambda: token.go(token.launch)],
        "decided": [lambda: token.send(token.reveal(minimum), token.reveal(1_000))],
        "finished": [token.stage.produce, token.stage.produce],
    }
    if phase == "setup":
        order = ("setup",)
    else:
        last = {
            "launching": "decided",
            "launch failed, refunds under way": "decided",
            "launch failed, all refunded": "finished",
            "active": "finished",
        }.get(phase, phase)
        names = [name for name in steps if name != "setup"]
        order = names[: names.index(last) + 1]
    for name in order:
        for step in steps[name]:
            step()
    if phase != "nothing":
        assert token.phase == PHASES[phase]


def test_the_table_is_complete():
    assert {PHASES[name] for name in ACCEPTED if name != "nothing"} == set(SmtPhase)
    assert set().union(*ACCEPTED.values()) == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("phase", ACCEPTED)
def test_the_table_decides(bring, phase, name):
    token = bring(phase)
    operation = OPERATIONS[name](token)
    if name in ACCEPTED[phase]:
        token.send(operation)
        return
    digest = token.stage.chain.digest()
    with pytest.raises(ProtocolError) as caught:
        token.stage.push(operation)
    assert caught.value.code == expected_code(phase, name)
    assert token.stage.chain.digest() == digest
    assert len(token.stage.chain.mempool) == 0
