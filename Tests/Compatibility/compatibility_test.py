"""The programs of this tree answer what be9f464 answered. `check` runs it; README.md says what to do when it fails."""

import itertools
import os
import pathlib
import subprocess
import unittest
import uuid
from concurrent.futures import ThreadPoolExecutor

import contract
import replay
from onsale import NAMES, Onsale
from values import Keys, Values

PROGRAMS = pathlib.Path(os.environ.get("ONSALE_PROGRAMS") or contract.RECORDED.parents[2] / ".build/debug")
POSTGRES = os.environ.get("ONSALE_TEST_POSTGRES")
# With the options of the services, where they are others than the usual ones.
RECORDINGS = {"queue": {}, "concert": {}, "wallet": {}, "top_up": {"top_up_by": "operator"}, "protocol": {}}
SHOWN = 20


def renamed_reasons():
    """Pairs of (service, reason, code) of be9f464 and (reason, code) of today."""
    lines = (contract.RECORDED / "renamed-reasons").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [((service, old, int(code)), (new, int(new_code))) for service, old, code, new, new_code in rows]


class PostgreSQL:
    """Empty databases in the server of the tests, which are dropped at the end."""

    def __enter__(self):
        mark = uuid.uuid4().hex[:8]
        self.names = {name: f"compatibility_{name}_{mark}" for name in NAMES}
        for database in self.names.values():
            psql(POSTGRES, f"create database {database}")
        return {name: POSTGRES.rpartition("/")[0] + "/" + database for name, database in self.names.items()}

    def __exit__(self, *_):
        for database in self.names.values():
            psql(POSTGRES, f"drop database {database} with (force)")


def psql(url, statement):
    subprocess.run(["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "-c", statement, url], check=True)


def replayed(name, databases=None):
    """The first differences between a recording and what the programs answer now."""
    with Onsale(PROGRAMS, databases, **RECORDINGS[name]) as onsale:
        performer = replay.Performer(onsale.addresses, Values(Keys(onsale.keys)))
        calls = replay.read(contract.RECORDED / f"{name}.jsonl")
        found = list(itertools.islice(replay.differences(calls, performer, renamed_reasons()), SHOWN))
        performer.close()
        return found


def replayed_on_postgres(name):
    with PostgreSQL() as databases:
        return replayed(name, databases)


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
        self.assertTrue(replay.agrees(recorded, {"gives": {"room": {"name": "a", "at": "now+330s"}, "list": [1, 2]}}, 0))
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
