"""Checks that --json prints the keys that be9f464 printed. `check` runs it."""

import unittest

import commands
import contract
import replay
from onsale import PROGRAMS, Onsale


class Commands(unittest.TestCase):
    """Checks that the output of --json keeps all its keys, because scripts read them."""

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
        self.assertEqual(recorded, {"dates[]": "list", "dates[].free": "number", "dates[].name": "text",
                                    "until": "null"})
        self.assertEqual(commands.missing(recorded, {**recorded, "more": "text", "until": "text"}), {})
        less = {name: kind for name, kind in recorded.items() if name != "dates[].free"}
        self.assertEqual(commands.missing(recorded, less), {"dates[].free": ("number", None)})
        self.assertEqual(list(commands.missing(recorded, {**recorded, "dates[].name": "number"})), ["dates[].name"])


if __name__ == "__main__":
    unittest.main()
