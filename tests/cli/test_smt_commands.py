"""`smtchain smt`: commitments, recovery of caps, inflation schedules.

Hashes are the whitepaper's and steemd's; schedule figures are those of the inflation cases.
"""

import csv
import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from protocol.crypto import PrivateKey
from smtchain.cli import main, smt_commands
from smtchain.cli.schedule_plot import decimal_text
from smtchain.cli.smt_commands import smt
from smtchain.conformance.bundle import whitepaper_folder

KEY = PrivateKey.from_seed("alphaactive")
STEEMD_HASH = "30c5b2226e39e505d4c0a6069e629368834846ed03d0fabda30172349df45f6e"
BOUNDS = ("--lower", "1000000", "--upper", "9999999")
TOKEN = {"nai": "@@181188044", "precision": 4}


def run(*arguments, text=""):
    return CliRunner().invoke(smt, list(arguments), input=text, standalone_mode=False)


def answer(*arguments):
    result = run(*arguments)
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def refusal(capsys, *arguments):
    """Return exit code and error code of a command that must fail with one line."""
    with pytest.raises(SystemExit) as ended:
        main(["smt", *arguments])
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return ended.value.code, printed.err.split(": ")[1]


class TestCommit:
    def test_a_cap_that_is_no_secret_has_the_whitepapers_hash(self):
        assert answer("commit", "166666666666") == {
            "commitment": {
                "lower_bound": "166666666666",
                "upper_bound": "166666666666",
                "hash": "93c5a6b892de788c5b54b63b91c4b692e36099b05d3af0d16d01c854723dda21",
            },
            "cap": {"amount": "166666666666", "nonce": "0"},
        }

    @pytest.mark.parametrize("nonce", ["1234", "0x4d2"])
    def test_amount_and_nonce_have_steemds_hash(self, nonce):
        assert answer("commit", "10000", "--nonce", nonce) == {
            "commitment": {"lower_bound": 10000, "upper_bound": 100000, "hash": STEEMD_HASH},
            "cap": {"amount": 10000, "nonce": "1234"},
        }

    def test_bounds_alone_take_a_nonce_from_chance(self, monkeypatch):
        monkeypatch.setattr(smt_commands.secrets, "randbits", lambda bits: (1 << bits) - 1)
        found = answer("commit", "5000000", *BOUNDS)
        assert found["cap"]["nonce"] == str((1 << 128) - 1)
        assert found["commitment"]["lower_bound"] == 1_000_000

    def test_a_key_gives_the_same_nonce_again(self, tmp_path):
        path = tmp_path / "creator.wif"
        path.write_text(KEY.wif + "\n")
        told = ("--symbol", "@@181188044", "--cap", "min", "--date", "2017-06-01")
        first = answer("commit", "5000000", *BOUNDS, "--key", KEY.wif, *told)
        second = answer("commit", "5000000", *BOUNDS, "--key-file", str(path), *told)
        assert first == second
        assert first["nonce_from"] == {
            "symbol": "@@181188044",
            "cap": "min",
            "lower_bound": 1_000_000,
            "upper_bound": 9_999_999,
            "date": "2017-06-01",
        }
        assert int(first["cap"]["nonce"]) >= 1 << 64  # a nonce of 128 bits, but for bad luck

    def test_minimum_and_hard_cap_never_share_a_nonce(self):
        told = (*BOUNDS, "--key", KEY.wif, "--symbol", "@@181188044")
        nonces = {
            answer("commit", "5000000", *told, "--cap", cap)["cap"]["nonce"]
            for cap in ("min", "hard")
        }
        assert len(nonces) == 2

    @pytest.mark.parametrize(
        ("arguments", "exit_code", "code"),
        [
            (("commit", "0"), 1, "operation.out_of_bounds"),
            (("commit", "5", "--lower", "6", "--upper", "7"), 1, "cap.out_of_bounds"),
            (("commit", "6", "--lower", "7", "--upper", "6"), 1, "operation.smt.cap_bounds"),
            (
                ("commit", "6", "--lower", "6", "--upper", "6", "--nonce", "1"),
                1,
                "operation.smt.cap_hash",
            ),
            (("commit", "x"), 2, "usage"),
            (("commit", "6", "--nonce", "x"), 2, "usage"),
            (("commit", "6", "--nonce", str(1 << 128)), 2, "usage"),
            (("commit", "6", "--nonce", "-1"), 2, "usage"),
            (("commit", "6", "--key", KEY.wif), 2, "usage"),
            (("commit", "6", "--key", KEY.wif, "--nonce", "1"), 2, "usage"),
            (("commit", "6", "--key", "5x", "--symbol", "@@181188044"), 1, "key"),
            (("commit", "6", "--key", KEY.wif, "--symbol", "@@181188045"), 1, "json.nai"),
            (
                ("commit", "6", "--key", KEY.wif, "--symbol", "@@181188044", "--date", "today"),
                2,
                "usage",
            ),
        ],
        ids=str,
    )
    def test_refuses_with_one_line(self, capsys, arguments, exit_code, code):
        found_exit, found = refusal(capsys, *arguments)
        assert found_exit == exit_code
        assert found.startswith(code)

    def test_one_key_is_enough(self, capsys, tmp_path):
        path = tmp_path / "creator.wif"
        path.write_text(KEY.wif)
        assert refusal(capsys, "commit", "6", "--key", KEY.wif, "--key-file", str(path)) == (
            2,
            "usage",
        )


class TestRecoverCap:
    def test_finds_steemds_amount(self):
        found = answer(
            "recover-cap", STEEMD_HASH, "--lower", "1", "--upper", "10000000", "--nonce", "1234"
        )
        assert found == {"cap": {"amount": 10000, "nonce": "1234"}}

    def test_finds_amount_and_date_with_the_key(self):
        told = (*BOUNDS, "--key", KEY.wif, "--symbol", "@@181188044", "--cap", "min")
        made = answer("commit", "5120000", *told, "--date", "2017-05-20")
        days = ("--from", "2017-05-01", "--to", "2017-06-01")
        found = answer("recover-cap", made["commitment"]["hash"], *told, *days)
        assert found == {"cap": made["cap"], "nonce_from": made["nonce_from"]}

    def test_more_digits_find_more(self, capsys):
        made = answer("commit", "1023450", "--nonce", "9", *BOUNDS)["commitment"]["hash"]
        told = ("recover-cap", made, *BOUNDS, "--nonce", "9")
        assert refusal(capsys, *told) == (1, "cap.not_found")
        assert answer(*told, "--digits", "6")["cap"]["amount"] == 1_023_450

    def test_an_amount_out_of_the_bounds_is_not_found(self, capsys):
        told = ("recover-cap", STEEMD_HASH, "--nonce", "1234")
        assert refusal(capsys, *told, "--lower", "1", "--upper", "9999")[1] == "cap.not_found"
        assert answer(*told, "--lower", "10000", "--upper", "10000")["cap"]["amount"] == 10_000

    @pytest.mark.parametrize(
        "arguments",
        [
            ("00", *BOUNDS, "--nonce", "1"),
            ("x" * 64, *BOUNDS, "--nonce", "1"),
            (STEEMD_HASH, *BOUNDS),
            (STEEMD_HASH, *BOUNDS, "--nonce", "1", "--key", KEY.wif),
            (STEEMD_HASH, "--lower", "2", "--upper", "1", "--nonce", "1"),
            (STEEMD_HASH, "--lower", "0", "--upper", "1", "--nonce", "1"),
            (STEEMD_HASH, "--lower", "1", "--upper", str(10**15 + 1), "--nonce", "1"),
            (STEEMD_HASH, "--lower", "1", "--nonce", "1"),
        ],
        ids=range(8),
    )
    def test_refuses_wrong_usage(self, capsys, arguments):
        assert refusal(capsys, "recover-cap", *arguments) == (2, "usage")


def inflation(**changes):
    """One event of 302 satoshis for george and henry, who get one and two parts of it."""
    members = {
        "control_account": "alpha",
        "symbol": {"nai": TOKEN["nai"], "decimals": TOKEN["precision"]},
        "schedule_time": "2017-07-01T00:00:00",
        "inflation_unit": {"token_unit": [["george", 1], ["henry", 2]]},
        "interval_seconds": 0,
        "interval_count": 0,
        "lep_time": "1970-01-01T00:00:00",
        "rep_time": "1970-01-01T00:00:00",
        "lep_abs_amount": TOKEN | {"amount": "302"},
        "rep_abs_amount": TOKEN | {"amount": "302"},
        "lep_rel_amount_numerator": 0,
        "rep_rel_amount_numerator": 0,
        "rel_amount_denom_bits": 0,
        "extensions": [],
    }
    return ["smt_setup_inflation", members | changes]


ENDLESS = {"interval_seconds": 21_600, "interval_count": 0xFFFFFFFF}


@pytest.fixture
def scheduled(tmp_path):
    """Return a function that writes operations to a file and shows their schedule."""

    def show(operations, *arguments):
        path = tmp_path / "schedule.json"
        path.write_text(json.dumps(operations))
        return run("schedule", str(path), "--supply", "1000", *arguments)

    return show


class TestSchedule:
    def test_shows_each_event_in_decimals(self, scheduled):
        result = scheduled([inflation(), inflation(schedule_time="2017-07-01T00:00:01")])
        assert result.stdout.splitlines() == [
            "time                 created  supply",
            "2017-07-01T00:00:00   0.0300  0.1300",
            "2017-07-01T00:00:01   0.0300  0.1600",
        ]

    def test_agrees_with_the_conformance_case_and_exports_it(self, tmp_path):
        document = json.loads((whitepaper_folder() / "inflation" / "targets.json").read_text())
        for operation in document["inflation"]:
            operation[1]["symbol"] = document["wrapper"]["symbol"]
        source, exported, plotted = (
            tmp_path / name for name in ("operations.json", "events.csv", "events.svg")
        )
        source.write_text(json.dumps({"operations": document["inflation"]}))
        told = ("--supply", "15000000000", "--csv", str(exported), "--plot", str(plotted))
        assert run("schedule", str(source), *told).exit_code == 0
        expect = document["cases"][0]["expect"]
        with exported.open(newline="") as file:
            rows = list(csv.DictReader(file))
        targets = ("$market_maker", "$rewards", "$vesting", "george")
        found = [[row["time"], {name: int(row[name]) for name in targets}] for row in rows]
        assert found == expect["inflation"]
        assert int(rows[-1]["supply"]) == expect["supply"]
        assert (rows[0]["absolute"], rows[0]["relative"]) == ("20000000", "117187500")
        picture = ET.parse(plotted).getroot()
        namespace = "{http://www.w3.org/2000/svg}"
        bars = [line for line in picture.iter(f"{namespace}line") if line.get("class") == "created"]
        assert len(bars) == len(rows) == 17
        # Twice as much is created at the end: the last bar is the longest.
        lengths = [float(bar.get("y1")) - float(bar.get("y2")) for bar in bars]
        assert max(lengths) == lengths[-1] > 1.9 * lengths[0]
        (line,) = picture.iter(f"{namespace}polyline")
        heights = [float(point.split(",")[1]) for point in line.get("points").split()]
        assert heights == sorted(heights, reverse=True)

    def test_reads_standard_input(self):
        text = json.dumps([inflation()])
        result = run("schedule", "-", "--supply", "0", text=text)
        assert "2017-07-01T00:00:00   0.0300  0.0300\n" in result.stdout

    def test_an_endless_schedule_stops_where_it_is_told_to(self, scheduled):
        result = scheduled([inflation(**ENDLESS)], "--events", "3")
        assert len(result.stdout.splitlines()) == 4
        assert "goes on" in result.stderr
        until = scheduled([inflation(**ENDLESS)], "--until", "2017-07-01T06:00:00")
        assert len(until.stdout.splitlines()) == 3
        assert until.stderr == ""

    def test_the_setup_of_the_file_gives_maximum_and_precision(self, scheduled):
        setup = json.loads((whitepaper_folder() / "beta.json").read_text())["operations"][0]
        del setup[1]["smt_creation_fee"]
        setup[1] |= {
            "max_supply": 15_000_000_150_000,
            "symbol": TOKEN | {"decimals": 4},
            "launch_expiration_time": "2017-07-15T00:00:00",
        }
        del setup[1]["symbol"]["precision"]
        many = inflation(rep_abs_amount=TOKEN | {"amount": "300000"})
        result = scheduled([many, setup], "--supply", "15000000000000")
        assert "15.0000  1,500,000,015.0000" in result.stdout
        result = scheduled([many, setup], "--max-supply", "1150")
        assert " 0.0150  0.1150" in result.stdout

    def test_a_removal_takes_the_last_entry_back(self, scheduled):
        later = {"schedule_time": "2017-07-02T00:00:00"}
        operations = [inflation(), inflation(**later), inflation(**later, remove=True)]
        assert len(scheduled(operations).stdout.splitlines()) == 2

    @pytest.mark.parametrize(
        ("operations", "code"),
        [
            ([], "schedule.empty"),
            ([["vote", {"voter": "alice", "author": "bob", "permlink": "p", "weight": 1}]],
             "schedule.empty"),
            ([inflation(), inflation(remove=True)], "schedule.empty"),
            ([inflation(), inflation(remove=True, interval_seconds=1)], "schedule.removal"),
            ([inflation(remove=True)], "schedule.removal"),
            ([inflation(), inflation()], "schedule.overlap"),
            ([inflation(**ENDLESS), inflation(schedule_time="2020-01-01T00:00:00")],
             "schedule.overlap"),
            ([inflation(), inflation(
                schedule_time="2017-07-02T00:00:00",
                symbol={"nai": "@@880090920", "decimals": 4},
                lep_abs_amount={"amount": "1", "nai": "@@880090920", "precision": 4},
                rep_abs_amount={"amount": "1", "nai": "@@880090920", "precision": 4},
            )], "schedule.symbol"),
            ([inflation(interval_count=1)], "operation.smt.inflation_interval"),
            ([["nothing", {}]], "json.unknown_type"),
            ("text", "json.form"),
            ({"operations": 1}, "json.form"),
        ],
        ids=range(12),
    )  # fmt: skip
    def test_refuses_a_schedule_the_chain_would_refuse(self, capsys, tmp_path, operations, code):
        path = tmp_path / "schedule.json"
        path.write_text(json.dumps(operations))
        assert refusal(capsys, "schedule", str(path), "--supply", "0") == (1, code)

    def test_says_which_operation_is_wrong(self, capsys, tmp_path):
        path = tmp_path / "schedule.json"
        path.write_text(json.dumps([inflation(), inflation(interval_count=1)]))
        with pytest.raises(SystemExit):
            main(["smt", "schedule", str(path), "--supply", "0"])
        assert "operations[1].interval_seconds" in capsys.readouterr().err

    def test_refuses_a_supply_above_the_maximum(self, scheduled):
        result = scheduled([inflation()], "--max-supply", "999")
        assert "above the maximum" in str(result.exception)

    def test_refuses_a_time_before_all_events(self, scheduled):
        result = scheduled([inflation()], "--until", "2017-06-30T23:59:59")
        assert "no event" in str(result.exception)

    @pytest.mark.parametrize(
        ("satoshis", "precision", "shown"),
        [(15_000_000_001, 4, "1,500,000.0001"), (7, 0, "7"), (5, 8, "0.00000005")],
    )
    def test_decimals(self, satoshis, precision, shown):
        assert decimal_text(satoshis, precision) == shown

    def test_a_single_event_can_be_plotted(self, scheduled, tmp_path):
        plot = tmp_path / "one.svg"
        assert scheduled([inflation()], "--plot", str(plot)).exit_code == 0
        ET.parse(plot)
