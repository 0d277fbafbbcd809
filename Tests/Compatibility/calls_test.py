"""Checks that the programs answer as those of be9f464. `check` runs it; README.md explains what to do if it fails."""

import unittest
from concurrent.futures import ThreadPoolExecutor

import contract
import databases
import replay
from databases import POSTGRES
from onsale import PROGRAMS, Onsale
from values import Keys, Values

# The options of the services, if they differ from the defaults.
RECORDINGS = {"queue": {}, "concert": {}, "wallet": {}, "top_up": {"top_up_by": "operator"}, "protocol": {}}


def replayed(name, urls=None):
    """Returns the first differences between a recording and the current answers."""
    with Onsale(PROGRAMS, urls, **RECORDINGS[name]) as onsale:
        performer = replay.Performer(onsale.addresses, Values(Keys(onsale.keys)))
        calls = replay.read(contract.RECORDED / f"{name}.jsonl")
        found = replay.first_differences(calls, performer)
        performer.close()
        return found


def replayed_on_postgres(name):
    with databases.empty_postgres() as urls:
        return replayed(name, urls)


class Calls(unittest.TestCase):
    """Replays all recordings at once, because most of the time is spent waiting for caches and jobs."""

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
    """Checks the recordings: they call every method, and they detect a change."""

    calls = [call for name in RECORDINGS for call in replay.read(contract.RECORDED / f"{name}.jsonl")]

    def test_every_method_is_called_and_has_answered(self):
        answered = {call["call"] for call in self.calls if "gives" in call or "items" in call}
        performer = replay.Performer({}, None)
        methods = {name for name in contract.Contract().methods() if ".reflection." not in name}
        self.assertEqual(methods - {performer.full_name(name) for name in answered}, set())

    def test_each_renamed_reason_is_needed(self):
        recorded = {(call.get("to") or call["call"].split(".")[0], call["fails"]["reason"], call["fails"]["code"])
                    for call in self.calls if "fails" in call}
        self.assertEqual([old for old, _ in replay.renamed_reasons() if old not in recorded], [])

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
