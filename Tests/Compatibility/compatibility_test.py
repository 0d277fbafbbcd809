"""The programs of this tree answer what be9f464 answered. `check` runs it; README.md says what to do when it fails."""

import itertools
import json
import os
import pathlib
import sqlite3
import unittest
from concurrent.futures import ThreadPoolExecutor

import commands
import contract
import databases
import replay
from onsale import NAMES, Onsale
from values import Keys, Values

PROGRAMS = pathlib.Path(os.environ.get("ONSALE_PROGRAMS") or contract.RECORDED.parents[2] / ".build/debug")
POSTGRES = databases.POSTGRES
# With the options of the services, where they are others than the usual ones.
RECORDINGS = {"queue": {}, "concert": {}, "wallet": {}, "top_up": {"top_up_by": "operator"}, "protocol": {}}
SHOWN = 20


def renamed_reasons():
    """Pairs of (service, reason, code) of be9f464 and (reason, code) of today."""
    lines = (contract.RECORDED / "renamed-reasons").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [((service, old, int(code)), (new, int(new_code))) for service, old, code, new, new_code in rows]


def replayed(name, urls=None):
    """The first differences between a recording and what the programs answer now."""
    with Onsale(PROGRAMS, urls, **RECORDINGS[name]) as onsale:
        performer = replay.Performer(onsale.addresses, Values(Keys(onsale.keys)))
        calls = replay.read(contract.RECORDED / f"{name}.jsonl")
        found = list(itertools.islice(replay.differences(calls, performer, renamed_reasons()), SHOWN))
        performer.close()
        return found


def replayed_on_postgres(name):
    with databases.empty_postgres() as urls:
        return replayed(name, urls)


def reopened(engine):
    """The same for databases of be9f464; and how the audit of all accounts ended."""
    with engine.databases() as urls, Onsale(PROGRAMS, urls, is_started=False) as onsale:
        engine.restore(onsale)
        # Before the services: what they finish when they start happens now.
        values = Values(Keys(onsale.keys))
        databases.restore_names(engine, values)
        onsale.start(*NAMES)
        performer = replay.Performer(onsale.addresses, values)
        calls = replay.read(engine.folder / "answers.jsonl")
        found = list(itertools.islice(replay.differences(calls, performer, renamed_reasons()), SHOWN))
        performer.close()
        onsale.gateway("admin", "credential", "--keys", onsale.keys)
        return found, onsale.gateway("admin", "audit", "--json")


class Calls(unittest.TestCase):
    """Most of the time passes in waiting for caches and jobs, so all recordings are replayed at once."""

    @classmethod
    def setUpClass(cls):
        cls.threads = ThreadPoolExecutor()
        cls.addClassCleanup(cls.threads.shutdown)
        cls.sqlite = {name: cls.threads.submit(replayed, name) for name in RECORDINGS}
        cls.postgres = {name: cls.threads.submit(replayed_on_postgres, name) for name in RECORDINGS if POSTGRES}

    def test_sqlite_answers_as_be9f464(self):
        for name, differences in self.sqlite.items():
            with self.subTest(recording=name):
                self.assertEqual(differences.result(), [], "\n".join(["", *differences.result()]))

    @unittest.skipUnless(POSTGRES, "needs ONSALE_TEST_POSTGRES, as deploy/with-postgres gives it")
    def test_postgresql_answers_as_be9f464(self):
        for name, differences in self.postgres.items():
            with self.subTest(recording=name):
                self.assertEqual(differences.result(), [], "\n".join(["", *differences.result()]))


class Databases(unittest.TestCase):
    """Databases of be9f464 open, answer as they did, and add up."""

    def reopen(self, engine):
        differences, audit = reopened(engine)
        self.assertEqual(differences, [], "\n".join(["", *differences]))
        self.assertEqual((audit.returncode, audit.stderr), (0, ""))
        self.assertIsNone(json.loads(audit.stdout).get("misfit"))

    def test_sqlite_files_of_be9f464_open(self):
        self.reopen(databases.SQLite)

    @unittest.skipUnless(POSTGRES, "needs ONSALE_TEST_POSTGRES, as deploy/with-postgres gives it")
    def test_postgresql_databases_of_be9f464_open(self):
        self.reopen(databases.PostgreSQL)

    def test_an_account_that_does_not_add_up_is_noticed(self):
        with Onsale(PROGRAMS, is_started=False) as onsale:
            databases.SQLite.restore(onsale)
            wallet = sqlite3.connect(onsale.folder / "wallet.db")
            wallet.execute("update account set available = available + 1 where currency = 'JPY'")
            wallet.commit()
            wallet.close()
            onsale.start(*NAMES)
            onsale.gateway("admin", "credential", "--keys", onsale.keys)
            self.assertEqual(onsale.gateway("admin", "audit").returncode, 1)


class Commands(unittest.TestCase):
    """What the gateway prints with --json has all keys that it had; scripts read them."""

    recorded = replay.read(contract.RECORDED / "json-keys.jsonl")

    def test_every_key_of_be9f464_is_printed(self):
        with Onsale(PROGRAMS) as onsale:
            now = commands.commands(onsale, self.recorded)
            for entry, (line, done, keys) in zip(self.recorded, now, strict=True):
                with self.subTest(command=line):
                    self.assertEqual((line, done.returncode), (entry["command"], entry["exit"]), done.stderr)
                    self.assertEqual(commands.missing(entry["keys"], keys), {}, "recorded and present kinds")

    def test_a_missing_key_and_another_kind_are_noticed(self):
        recorded = commands.keys({"dates": [{"free": 1, "name": "a"}], "until": None})
        self.assertEqual(recorded, {"dates[]": "list", "dates[].free": "number", "dates[].name": "text", "until": "null"})
        self.assertEqual(commands.missing(recorded, {**recorded, "more": "text", "until": "text"}), {})
        less = {name: kind for name, kind in recorded.items() if name != "dates[].free"}
        self.assertEqual(commands.missing(recorded, less), {"dates[].free": ("number", None)})
        self.assertEqual(list(commands.missing(recorded, {**recorded, "dates[].name": "number"})), ["dates[].name"])


class Recordings(unittest.TestCase):
    """The recordings themselves: they call everything, and they notice."""

    calls = [call for name in RECORDINGS for call in replay.read(contract.RECORDED / f"{name}.jsonl")]

    def test_every_method_is_called_and_has_answered(self):
        answered = {call["call"] for call in self.calls if "gives" in call or "items" in call}
        performer = replay.Performer({}, None)
        methods = {name for name in contract.Contract().methods() if ".reflection." not in name}
        self.assertEqual(methods - {performer.full_name(name) for name in answered}, set())

    def test_each_renamed_reason_is_needed(self):
        recorded = {(call.get("to") or call["call"].split(".")[0], call["fails"]["reason"], call["fails"]["code"])
                    for call in self.calls if "fails" in call}
        self.assertEqual([old for old, _ in renamed_reasons() if old not in recorded], [])

    def test_another_answer_is_noticed(self):
        recorded = {"gives": {"room": {"name": "a", "at": "now+300s"}, "list": [1, 2]}}
        self.assertTrue(replay.agrees(recorded, recorded, 0))
        later = {"gives": {"room": {"name": "a", "at": "now+330s"}, "list": [1, 2]}}
        self.assertTrue(replay.agrees(recorded, later, 0))
        for other in ({"fails": {"code": 3}}, {"gives": {"room": {"name": "b", "at": "now+300s"}, "list": [1, 2]}},
                      {"gives": {"room": {"name": "a", "at": "now+900s"}, "list": [1, 2]}},
                      {"gives": {"room": {"name": "a"}, "list": [1, 2]}},
                      {"gives": {"room": {"name": "a", "at": "now+300s"}, "list": [1]}},
                      {"gives": {"room": {"name": "a", "at": "now+300s"}, "list": [1, 2], "more": True}}):
            self.assertFalse(replay.agrees(recorded, other, 0), other)

    def test_a_renamed_reason_is_expected_under_its_new_name(self):
        call = {"call": "queue.Join", "fails": {"code": 3, "reason": "OLD"}}
        renames = [(("queue", "OLD", 3), ("NEW", 6))]
        self.assertEqual(replay.recorded_answer(call, renames), {"fails": {"code": 6, "reason": "NEW"}})
        self.assertEqual(replay.recorded_answer(call), {"fails": {"code": 3, "reason": "OLD"}})


if __name__ == "__main__":
    unittest.main()
