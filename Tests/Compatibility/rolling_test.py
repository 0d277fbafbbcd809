"""Replaces two instances of each service on PostgreSQL, one after the other, while buyers buy. `check` runs it.

ONSALE_PREVIOUS_PROGRAMS is the folder of the programs that are replaced, for example those of the release before. Without it, they
are the programs of this tree.

ONSALE_TEST_QUIET says that nothing else runs on this machine. Then the test also bounds the time of a purchase. `deploy/test --full` sets
it, because it runs this check alone.
"""

import os
import pathlib
import threading
import time
import unittest

from databases import POSTGRES, empty_postgres
from mixed_test import Sale
from onsale import NAMES, PROGRAMS, Onsale

PREVIOUS = pathlib.Path(os.environ.get("ONSALE_PREVIOUS_PROGRAMS") or PROGRAMS)
BUYERS = 4
# A user buys at most 50 seats of a date.
SEATS = 50
DATES = 8
# Of 100 purchases, 99 take less, in seconds. A purchase is a run of `gateway buy`.
PATIENCE = 2


class Buyer(threading.Thread):
    """Buys one seat after the other until `stop`."""

    def __init__(self, sale, name):
        super().__init__()
        self.sale, self.name = sale, name
        self.is_over = threading.Event()
        self.times, self.failures = [], []
        sale.run(f"sign-up {name}", home=name, ONSALE_PASSWORD="correct horse battery")
        sale.run("top-up 500 EUR", home=name)

    def run(self):
        while not self.is_over.is_set():
            start = time.monotonic()
            date = f"gala/date-{len(self.times) // SEATS}"
            done = self.sale.onsale.gateway("buy", date, "--best", "1", "--grade", "G", "--yes", "--json", home=self.name)
            self.times.append(time.monotonic() - start)
            if done.returncode != 0:
                self.failures.append(done.stdout + done.stderr)

    def wait_for(self, count):
        while len(self.times) < count and self.is_alive():
            time.sleep(0.05)


@unittest.skipUnless(POSTGRES, "needs deploy/with-postgres")
class Rolling(unittest.TestCase):
    def test_no_purchase_fails_while_every_instance_is_replaced(self):
        with (empty_postgres() as databases, Onsale(PREVIOUS, databases, is_started=False) as one,
              Onsale(PREVIOUS, databases, is_started=False) as two):
            for name in NAMES:
                one.start(name)
                two.start(name)
                both = f"{one.addresses[name]},{two.addresses[name]}"
                one.instances[name] = two.instances[name] = both
            sale = Sale(one)
            (one.folder / "many.csv").write_text("Field, 1-10, 1-100, G, 1.00\n")
            for date in range(DATES):
                sale.run(
                    f"admin schedule add gala/date-{date} --starts 2037-04-02T20:00Z --ends 2037-04-02T23:00Z"
                    f" --seats-per-user {SEATS}", home="operator")
                sale.run(f"admin seats set gala/date-{date} --hall many.csv", home="operator")
            buyers = [Buyer(sale, f"buyer{number}") for number in range(BUYERS)]
            for buyer in buyers:
                buyer.start()
            try:
                for name in NAMES:
                    for instance in (one, two):
                        bought = [len(buyer.times) for buyer in buyers]
                        instance.stop(name)
                        instance.programs = PROGRAMS
                        instance.start(name)
                        # Everybody has bought since then.
                        for buyer, count in zip(buyers, bought):
                            buyer.wait_for(count + 2)
            finally:
                for buyer in buyers:
                    buyer.is_over.set()
                for buyer in buyers:
                    buyer.join()
            times = sorted(time for buyer in buyers for time in buyer.times)
            self.assertEqual([failure for buyer in buyers for failure in buyer.failures], [])
            self.assertGreater(len(times), 6 * 2 * BUYERS - 1)
            for buyer in buyers:
                left = sale.run("balance", home=buyer.name)[0]
                self.assertEqual((left["available"]["minorUnits"], left["pending"]["minorUnits"]), (50_000 - 100 * len(buyer.times), 0))
            self.assertEqual(sale.audit(), ([], None))
            print(f"{len(times)} purchases, half of them in {times[len(times) // 2]:.2f} s, 99 of 100 in "
                  f"{times[len(times) * 99 // 100]:.2f} s, the slowest in {times[-1]:.2f} s")
            if "ONSALE_TEST_QUIET" in os.environ:
                self.assertLess(times[len(times) * 99 // 100], PATIENCE)


if __name__ == "__main__":
    unittest.main()
