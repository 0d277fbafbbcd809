"""Tests of Tests/Benchmarks/against: the choice of rounds, and the bounds. They do not run benchmarks."""

import argparse
import contextlib
import importlib.machinery
import importlib.util
import io
import subprocess
import time
import unittest

from repository import ROOT, run

AGAINST = ROOT / "Tests/Benchmarks/against"


def script():
    loader = importlib.machinery.SourceFileLoader("against", str(AGAINST))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("against", loader))
    loader.exec_module(module)
    return module


class Measured:
    """A side with given measurements: rate, processor time, and cores used by other programs. None is a failed run."""

    def __init__(self, name, *measurements):
        self.name, self.measurements = name, list(measurements)

    def measure(self, *_):
        found = self.measurements.pop(0) if len(self.measurements) > 1 else self.measurements[0]
        return found and (*found, True)


class Against(unittest.TestCase):
    def setUp(self):
        self.against = script()
        self.given = argparse.Namespace(rounds=2, seconds=1, others=0.1)

    def test_a_disturbed_round_is_measured_again(self):
        old, new = Measured("old", (100, 10, 0.5), (200, 10, 0.0)), Measured("new", (100, 10, 0.0))
        others, measured = self.against.round_of((old, new), "rate", [], self.given)
        self.assertEqual((others, measured["old"][0]), (0.0, 200))

    def test_the_calmest_attempt_counts_if_none_is_calm(self):
        old = Measured("old", (100, 10, 0.5), (200, 10, 0.2), (300, 10, 0.9))
        others, measured = self.against.round_of((old, Measured("new", (100, 10, 0.0))), "rate", [], self.given)
        self.assertEqual((others, measured["old"][0]), (0.2, 200))

    def test_a_failed_benchmark_runs_again_and_one_that_always_fails_ends_the_script(self):
        new = Measured("new", (100, 10, 0.0))
        _, measured = self.against.round_of((Measured("old", None, (200, 10, 0.0)), new), "rate", [], self.given)
        self.assertEqual(measured["old"][0], 200)
        with self.assertRaises(SystemExit):
            self.against.round_of((Measured("old", None), new), "rate", [], self.given)

    def test_a_ratio_is_this_tree_divided_by_the_commit(self):
        with contextlib.redirect_stdout(io.StringIO()):
            rates, cpus = self.against.compare(
                "x", "rate", [], Measured("old", (100, 10, 0.0)), Measured("new", (150, 12, 0.0)), self.given)
        self.assertEqual((rates, cpus), ([1.5, 1.5], [1.2, 1.2]))

    def test_the_median_is_compared_with_the_bound(self):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertIs(self.against.judged("a b", "cpu", [1.0, 1.1, 1.2], at_most=1.05), True)
            self.assertIs(self.against.judged("a b", "cpu", [1.0, 1.0, 9.9], at_most=1.05), False)
            self.assertIs(self.against.judged("a b", "rate", [0.8], at_least=0.9), True)
            self.assertIs(self.against.judged("a b", "rate", [0.9], at_least=0.9), False)
            self.assertIs(self.against.judged("a b", "rate", [0.1]), False)
        self.assertEqual(printed.getvalue().splitlines()[0], "ratio a.b.cpu 1.100 (1.050 to 1.150)  MISSED")

    def test_processor_time_of_the_benchmark_does_not_count_as_other_programs(self):
        before = self.against.Machine()
        began = time.monotonic()
        subprocess.run(["python3", "-c", "sum(range(3_000_000))"], check=True)
        used = self.against.Machine().used_since(before, own=1e6)
        self.assertEqual(used, 0)
        self.assertGreater(self.against.Machine().used_since(before, own=0), 0.01 / (time.monotonic() - began))

    def test_an_unknown_name_is_refused(self):
        refused = run(AGAINST, "HEAD", "nothing")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("rpc, database, queue, holds, purchases, or all", run(AGAINST, "--help").stdout.replace("\n", " "))
