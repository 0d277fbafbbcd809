"""Checks ConcertService of this tree beside WalletService of be9f464. `check` runs it.

ONSALE_OLD_PROGRAMS is the folder of be9f464's programs; without it, the test is skipped. README.md shows how to build them.
"""

import base64
import json
import os
import time
import unittest
import uuid

from onsale import PATIENCE, PROGRAMS, Onsale

OLD = os.environ.get("ONSALE_OLD_PROGRAMS")
HALL = "Stalls, 1-2, 1-10, A, 60.00\nGallery, 1, 1-5, F, 0.00\n"


class Sale:
    """A sale with one date that needs no pass, and alice, who has 500 EUR."""

    def __init__(self, onsale):
        self.onsale = onsale
        (onsale.folder / "hall.csv").write_text(HALL)
        for line in (
                f"admin credential --keys {onsale.keys}",
                "admin concert create gala --title Gala --host Hall --currency EUR",
                "admin schedule add gala/friday --starts 2037-04-02T20:00Z --ends 2037-04-02T23:00Z"
                " --cancel-until 2037-04-01T20:00Z --seats-per-user 20",
                "admin seats set gala/friday --hall hall.csv"):
            self.run(line, home="operator")
        self.run("sign-up alice", ONSALE_PASSWORD="correct horse battery")
        self.run("top-up 500 EUR")

    def run(self, line, home="home", **environment):
        done = self.onsale.gateway(*line.split(), "--json", home=home, **environment)
        if done.returncode != 0:
            raise AssertionError(f"{line}: {done.stderr}")
        return json.loads(done.stdout or "null")

    def available(self):
        return self.run("balance")[0]["available"]["minorUnits"]

    def wait_for(self, amount):
        limit = time.monotonic() + PATIENCE
        while self.available() != amount:
            if time.monotonic() > limit:
                raise AssertionError(f"{self.available()} available, not {amount}")
            time.sleep(0.2)

    def audit(self):
        """Returns the halted concerts, and the finding of the audit."""
        audit = self.run("admin audit", home="operator")
        return self.run("admin halts list", home="operator"), audit.get("misfit")


@unittest.skipUnless(OLD, "needs ONSALE_OLD_PROGRAMS, the folder of be9f464's programs")
class Mixed(unittest.TestCase):
    def test_an_old_wallet_pays_whole_refunds_and_parts_wait_for_the_new_one(self):
        with Onsale(PROGRAMS, others={"wallet": OLD}) as onsale:
            sale = Sale(onsale)
            for seats in ("Stalls-1-1 Stalls-1-2", "Stalls-1-3 Stalls-1-4", "Gallery-1-1"):
                sale.run(f"buy gala/friday {seats} --yes")
            sale.run("cancel Stalls-1-1 --yes")
            sale.run("cancel Gallery-1-1 --yes")
            sale.run("cancel Stalls-1-3 Stalls-1-4 --yes")
            # The last one is a whole reservation, so it is paid; the first one is a part.
            sale.wait_for(26_000 + 12_000)
            # The concert is not halted, because it sells.
            sale.run("buy gala/friday Stalls-1-5 --yes")
            held = sale.run("reserve gala/friday Stalls-2-1")
            preview = sale.run("admin schedule cancel gala/friday --reason fog", home="operator")
            code = preview["confirmation"]
            sale.run(f"admin schedule cancel gala/friday --reason fog --confirmation {code}", home="operator")
            # The old wallet gets a reason that it knows, so the payment ends.
            pay = {name: base64.b64encode(uuid.UUID(held[name]).bytes).decode()
                   for name in ("concertId", "reservationId")}
            pay |= {"paymentId": pay["reservationId"], "amount": "6000", "currency": "EUR"}
            payment = sale.run(f"call Pay {json.dumps(pay, separators=(',', ':'))}")["payment"]
            self.assertEqual((payment["outcome"], payment["reason"]), ("NOT_PAID", "RESERVATION_GONE"))
            onsale.stop("wallet")
            onsale.others = {}
            onsale.start("wallet")
            sale.wait_for(50_000)
            self.assertEqual(sale.audit(), ([], None))


if __name__ == "__main__":
    unittest.main()
