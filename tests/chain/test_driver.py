"""The driver acts for everybody and goes round no rule."""

import pytest

from protocol.assets import STEEM, Asset
from protocol.crypto import PrivateKey
from protocol.operations.account import AccountUpdate
from protocol.operations.transfer import Transfer
from smtchain.chain.apply_transaction import DuplicateTransactionError
from smtchain.chain.chain import Chain
from smtchain.chain.driver import (
    Driver,
    NotIncludedError,
    development_account,
    development_key,
)
from smtchain.ledger.balances import InsufficientFundsError


@pytest.fixture
def driver(dev_genesis):
    with Chain.in_memory(dev_genesis) as chain:
        yield Driver(chain, {"initminer": PrivateKey.from_seed("init_key")})


def transfer(amount=1, memo=""):
    return Transfer("alice", "bob", Asset(amount, STEEM), memo)


def test_sends_in_a_block_of_its_own(driver):
    before = driver.chain.state.accounts.get("bob").balance
    block = driver.send(transfer(5), transfer(6))
    assert driver.chain.head_block_number == 1
    assert [len(each.transaction.operations) for each in block.envelope.transactions] == [2]
    assert driver.chain.state.accounts.get("bob").balance == before + 11
    assert driver.blocks == [block]


def test_a_refused_transaction_makes_no_block(driver):
    driver.produce()
    digest = driver.chain.digest()
    with pytest.raises(InsufficientFundsError):
        driver.send(transfer(10**15))
    assert (driver.chain.head_block_number, driver.chain.digest()) == (1, digest)


def test_signs_with_the_role_that_is_required(driver):
    network_key = development_key("alice", "memo").public_key
    authority = driver.chain.state.account_authorities.get("bob").owner
    driver.send(AccountUpdate("alice", authority, None, None, network_key, ""))
    assert driver.chain.state.account_authorities.get("alice").owner == authority


def test_development_keys_are_the_ones_clients_derive():
    assert development_key("alice", "active") == PrivateKey.from_seed("aliceactive")


def test_a_development_account_can_act_at_once(driver):
    fee = driver.chain.state.witness_schedule.get().account_creation_fee
    driver.send(
        development_account("newcomer", "alice", fee),
        Transfer("alice", "newcomer", Asset(10, STEEM), ""),
    )
    driver.send(Transfer("newcomer", "bob", Asset(10, STEEM), ""))
    assert driver.chain.state.accounts.get("newcomer").balance == 0


@pytest.mark.parametrize(("ahead", "lands"), [(1, 3), (2, 3), (3, 3), (4, 6), (86_400, 86_400)])
def test_advances_to_the_first_slot_not_before_a_moment(driver, ahead, lands):
    driver.produce()
    start = driver.now
    driver.advance_to(start + ahead)
    assert driver.now == start + lands
    assert driver.chain.head_block_number == 2


def test_does_not_advance_to_the_past(driver):
    driver.produce()
    driver.advance_to(driver.now)
    driver.advance_to(driver.now - 100)
    assert driver.chain.head_block_number == 1


def test_the_same_operations_on_another_block_are_another_transaction(driver):
    driver.produce()
    envelope = driver.sign(transfer())
    driver.chain.push_transaction(envelope)
    driver.produce()
    with pytest.raises(DuplicateTransactionError):
        driver.chain.push_transaction(envelope)
    driver.send(transfer())


def test_notices_a_transaction_that_was_left_out(driver, monkeypatch):
    earlier = driver.produce()
    monkeypatch.setattr(driver, "produce", lambda: earlier)
    with pytest.raises(NotIncludedError):
        driver.send(transfer())
