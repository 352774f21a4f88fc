"""smt_api: where a launch stands, what it would pay now, what inflation will create.

Figures are worked out by hand from `PLAIN`: 10 STEEM satoshis a unit, 2 token satoshis for the
contributor and 1 for ivan, ratio min(3, 1000 / units).
"""

from dataclasses import replace

import pytest
from actors import Stage
from rpc_world import Rpc
from smt_world import commitment, make_policy
from token_stage import DAY, PLAIN, TokenStage

from protocol.jsonform import to_json
from protocol.symbols import nai_string
from smtchain.chain.chain import Chain
from smtchain.chain.genesis import with_params
from smtchain.node.render import symbol_json
from smtchain.node.rpc import smt_api

SIX_HOURS = 21_600


@pytest.fixture
def token(rpc):
    return TokenStage(Stage(rpc.chain))


def ask(rpc, method, token, **params):
    return rpc.call(f"smt_api.{method}", {"symbol": symbol_json(token.symbol)} | params)


def amounts(answer):
    """Replace every amount of an answer by its satoshis."""
    if isinstance(answer, dict):
        if set(answer) == {"amount", "precision", "nai"}:
            return int(answer["amount"])
        return {name: amounts(value) for name, value in answer.items()}
    return [amounts(each) for each in answer] if isinstance(answer, list) else answer


class TestIdentifier:
    def test_is_the_first_of_the_pool(self, rpc):
        answer = rpc.call("smt_api.get_next_smt_identifier", {})
        assert answer == {"symbol": {"nai": "@@181188044", "decimals": 0}}
        pool = rpc.call("database_api.get_nai_pool", {})["nai_pool"]
        assert answer["symbol"] == pool[0]

    def test_is_another_once_it_is_taken(self, rpc, token):
        token.send(token.creation())
        taken = rpc.call("smt_api.get_next_smt_identifier", {})["symbol"]["nai"]
        assert taken != nai_string(token.symbol)

    def test_is_null_when_pending_creations_took_all(self, rpc):
        stage = Stage(rpc.chain)
        for _ in range(10):
            stage.push(TokenStage(stage).creation())
        assert rpc.call("smt_api.get_next_smt_identifier", {}) == {"symbol": None}


class TestLaunch:
    def test_an_unknown_token_has_none(self, rpc, token):
        assert ask(rpc, "get_launch", token) == {}

    def test_a_token_in_setup_has_a_phase_only(self, rpc, token):
        token.send(token.creation())
        assert ask(rpc, "get_launch", token) == {
            "symbol": symbol_json(token.symbol),
            "control_account": "alice",
            "phase": "account_elevated",
        }

    def test_any_precision_finds_it(self, rpc, token):
        token.send(token.creation())
        symbol = symbol_json(token.symbol) | {"decimals": 0}
        assert rpc.call("smt_api.get_launch", {"symbol": symbol})["phase"] == "account_elevated"

    def test_hidden_caps_show_bounds_and_hash_until_they_are_revealed(self, rpc, token):
        minimum = commitment(10, 5, lower=1, upper=100)
        token.set_up(replace(PLAIN, min_steem_units_commitment=minimum))
        shown = {"lower_bound": 1, "upper_bound": 100, "hash": minimum.hash.hex()}
        assert ask(rpc, "get_launch", token)["launch"]["min_cap"] == shown | {"revealed": None}
        token.send(token.reveal(10, 5))
        assert ask(rpc, "get_launch", token)["launch"]["min_cap"] == shown | {"revealed": 10}

    def test_counts_what_is_contributed(self, rpc, token):
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000), ("carol", 2_000))
        launch = amounts(ask(rpc, "get_launch", token)["launch"])
        assert (launch["contributed"], launch["contribution_count"]) == (3_000, 2)
        assert (launch["steem_unit"], launch["refunded"], launch["is_delayed"]) == (10, 0, False)

    def test_one_projection_once_both_caps_are_known(self, rpc, token):
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000), ("carol", 3_000))
        # 400 units: R = min(3, 1000 // 400) = 2
        (projection,) = amounts(ask(rpc, "get_launch", token)["projections"])
        assert projection == {
            "min_steem_units": 1,
            "hard_cap_steem_units": 1_000,
            "success": True,
            "units_contributed": 400,
            "units_accepted": 400,
            "unit_ratio": 2,
            "soft_cap_units": 1_000,
            "supply": 2_400,
            "refund": 0,
            "contributors": {"tokens": 1_600, "tokens_vested": 0, "steem": 0, "steem_vested": 0},
            "accounts": [
                {"account": "heidi", "steem": 4_000, "tokens": 0},
                {"account": "ivan", "steem": 0, "tokens": 800},
            ],
            "market_maker": {"steem": 0, "tokens": 0},
            "rewards": 0,
            "vesting_fund": 0,
        }

    def test_two_projections_at_the_bounds_of_a_hidden_cap(self, rpc, token):
        hidden = replace(
            PLAIN,
            min_steem_units_commitment=commitment(150, 7, lower=100, upper=300),
            hard_cap_steem_units_commitment=commitment(500, 7, lower=300, upper=1_000),
        )
        token.set_up(hidden)
        token.go(token.begin)
        token.contribute(("bob", 2_000))
        # 200 units reach the lower minimum and not the upper one.
        lower, upper = ask(rpc, "get_launch", token)["projections"]
        assert [lower["success"], upper["success"]] == [True, False]
        assert [lower["unit_ratio"], lower["hard_cap_steem_units"]] == [1, 300]
        assert (upper["units_accepted"], upper["hard_cap_steem_units"]) == (0, 1_000)

    def test_the_verdict_stays_while_payouts_stream(self, dev_genesis):
        params = replace(dev_genesis.params, launch_payouts_per_block=1)
        with Chain.in_memory(with_params(dev_genesis, params)) as chain:
            rpc = Rpc(chain)
            token = TokenStage(Stage(chain))
            token.run(PLAIN, ("bob", 8_000), ("carol", 3_000))
            answer = ask(rpc, "get_launch", token)
            assert answer["phase"] == "launching"
            (projection,) = answer["projections"]
            # 1,100 units, 1,000 of them accepted: R = 1
            assert (projection["units_accepted"], projection["unit_ratio"]) == (1_000, 1)
            page = amounts(ask(rpc, "list_projected_payouts", token))
            (rest,) = page["payouts"]
            assert (rest["contributor"], rest["tokens"], rest["refund"]) == ("carol", 400, 1_000)
            (own,) = ask(rpc, "find_projected_payouts", token, contributor="carol")["payouts"]
            assert amounts(own) == rest
            chain_block = token.go(chain.head_block_time + 3)
            assert chain_block.number
            assert ask(rpc, "get_launch", token)["phase"] == "launch_success"

    def test_a_token_in_use_has_a_phase_only(self, rpc, token):
        token.run(PLAIN, ("bob", 1_000))
        answer = ask(rpc, "get_launch", token)
        assert (answer["phase"], "launch" in answer) == ("launch_success", False)


class TestPayouts:
    SOFT = make_policy(
        pre_steem={"heidi": 10},
        pre_token={"$from": 3, "$from.vesting": 1},
        post_steem={"$from": 4, "$from.vesting": 6},
        post_token={"ivan": 1},
        hard_cap=100,
        soft_cap_percent=5_000,
    )

    def test_pages_follow_the_order_of_contribution(self, rpc, token):
        token.set_up(self.SOFT, 1, 100)
        token.go(token.begin)
        token.contribute(("bob", 600), ("carol", 300), ("bob", 200), ("dave", 50))
        # Units 60, 30, 20, 5; 100 accepted, 50 of them below the soft cap: half of each.
        whole = amounts(ask(rpc, "list_projected_payouts", token))
        assert whole["next"] is None
        assert [each["accepted_units"] for each in whole["payouts"]] == [60, 30, 10, 0]
        assert [each["tokens"] for each in whole["payouts"]] == [90, 45, 15, 0]
        assert [each["tokens_vested"] for each in whole["payouts"]] == [30, 15, 5, 0]
        assert [each["steem"] for each in whole["payouts"]] == [120, 60, 20, 0]
        assert [each["steem_vested"] for each in whole["payouts"]] == [180, 90, 30, 0]
        assert [each["refund"] for each in whole["payouts"]] == [0, 0, 100, 50]
        paged, cursor = [], {}
        while cursor is not None:
            page = amounts(ask(rpc, "list_projected_payouts", token, limit=1, **cursor))
            paged += page["payouts"]
            cursor = page["next"]
        assert paged == whole["payouts"]
        own = amounts(ask(rpc, "find_projected_payouts", token, contributor="bob"))["payouts"]
        assert own == [whole["payouts"][0], whole["payouts"][2]]

    def test_are_what_the_launch_pays(self, rpc, token):
        token.set_up(self.SOFT, 1, 100)
        token.go(token.begin)
        token.contribute(("bob", 600), ("carol", 300), ("bob", 200), ("dave", 50))
        names = ("bob", "carol", "dave")
        promised = amounts(ask(rpc, "list_projected_payouts", token))["payouts"]
        before = {name: token.stage.actor(name).steem for name in names}
        token.go(token.launch)
        for name in names:
            own = [each for each in promised if each["contributor"] == name]
            assert token.held(name) == (sum(each["tokens"] for each in own),)
            steem = sum(each["steem"] + each["refund"] for each in own)
            assert token.stage.actor(name).steem == before[name] + steem

    def test_without_a_cap_in_force_order_does_not_matter(self, rpc, token, monkeypatch):
        monkeypatch.setattr(smt_api, "COUNTED_MOST", 1)
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000), ("carol", 2_000))
        (payout,) = amounts(ask(rpc, "find_projected_payouts", token, contributor="carol"))[
            "payouts"
        ]
        assert (payout["tokens"], payout["contribution_id"]) == (200 * 2 * 3, 1)

    def test_counts_so_many_contributions_and_no_more(self, rpc, token, monkeypatch):
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 8_000), ("carol", 4_000))
        params = {"symbol": symbol_json(token.symbol), "contributor": "carol"}
        monkeypatch.setattr(smt_api, "COUNTED_MOST", 2)
        assert len(rpc.call("smt_api.find_projected_payouts", params)["payouts"]) == 1
        monkeypatch.setattr(smt_api, "COUNTED_MOST", 1)
        refusal = rpc.refusal("smt_api.find_projected_payouts", params)
        assert refusal.code == "node.too_many_contributions"

    def test_everything_comes_back_below_the_minimum(self, rpc, token):
        token.set_up(replace(PLAIN, min_steem_units_commitment=commitment(500)), 500, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 1_000))
        (payout,) = amounts(ask(rpc, "list_projected_payouts", token))["payouts"]
        assert (payout["accepted_units"], payout["tokens"], payout["refund"]) == (0, 0, 1_000)

    def test_a_cursor_beyond_the_accepted_units_refunds(self, rpc, token):
        token.set_up(PLAIN, 1, 1_000)
        token.go(token.begin)
        token.contribute(("bob", 12_000))
        answer = ask(rpc, "list_projected_payouts", token, units_before=5_000)
        assert amounts(answer)["payouts"][0]["refund"] == 12_000

    def test_an_unknown_token_and_one_in_setup_have_none(self, rpc, token):
        for step in (lambda: None, lambda: token.send(token.creation())):
            step()
            assert ask(rpc, "list_projected_payouts", token) == {"payouts": [], "next": None}
            answer = ask(rpc, "find_projected_payouts", token, contributor="bob")
            assert answer == {"payouts": []}

    def test_refuses_a_bound_that_is_none(self, rpc, token):
        params = {"symbol": symbol_json(token.symbol), "bound": "middle"}
        refusal = rpc.refusal("smt_api.list_projected_payouts", params)
        assert refusal.code == "rpc.params.range"


class TestInflationPreview:
    def entries(self, token):
        return (
            token.inflation(
                {"bob": 2, "null": 1}, 300, interval_seconds=SIX_HOURS, interval_count=2
            ),
            token.inflation(
                {"$rewards": 1},
                schedule_time=token.launch + DAY,
                interval_seconds=DAY,
                interval_count=0xFFFFFFFF,
                lep_rel_amount_numerator=1,
                rep_rel_amount_numerator=1,
                rel_amount_denom_bits=1,
            ),
        )

    def test_begins_with_what_the_launch_would_create_now(self, rpc, token):
        token.set_up(PLAIN, 1, 1_000, before=self.entries(token))
        token.go(token.begin)
        token.contribute(("bob", 4_000))
        preview = amounts(ask(rpc, "get_inflation_preview", token, limit=5))
        assert preview["supply"] == 2_400
        assert [each["emitted"] for each in preview["emissions"]] == [
            [["bob", 200], ["null", 100]],
            [["bob", 200], ["null", 100]],
            [["bob", 200], ["null", 100]],
            [["$rewards", 1_500]],
            [["$rewards", 2_250]],
        ]
        assert [each["supply"] for each in preview["emissions"]] == [
            2_600,
            2_800,
            3_000,
            4_500,
            6_750,
        ]

    def test_goes_on_after_the_events_that_have_happened(self, rpc, token):
        token.set_up(PLAIN, 1, 1_000, before=self.entries(token))
        token.go(token.begin)
        token.contribute(("bob", 4_000))
        expected = amounts(ask(rpc, "get_inflation_preview", token, limit=6))["emissions"]
        token.go(token.end)
        for done, moment in ((1, 0), (2, SIX_HOURS), (3, 2 * SIX_HOURS), (4, DAY), (5, 2 * DAY)):
            token.go(token.launch + moment)
            coming = amounts(ask(rpc, "get_inflation_preview", token, limit=6 - done))
            assert coming["emissions"] == expected[done:]
            assert coming["supply"] == token.row.current_supply

    def test_a_supply_can_be_given(self, rpc, token):
        token.send(token.creation(), *self.entries(token))
        preview = amounts(ask(rpc, "get_inflation_preview", token, limit=1, supply=10_000))
        assert (preview["supply"], preview["emissions"][0]["supply"]) == (10_000, 10_200)

    def test_a_token_without_a_schedule_has_no_events(self, rpc, token):
        token.send(token.creation())
        answer = ask(rpc, "get_inflation_preview", token)
        assert answer["emissions"] == []
        assert answer["supply"] == to_json(token.amount(0), rpc.chain.params.network)
        unknown = {"nai": "@@880090920", "decimals": 0}
        assert rpc.call("smt_api.get_inflation_preview", {"symbol": unknown}) == {
            "supply": None,
            "emissions": [],
        }
