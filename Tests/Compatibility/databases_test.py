"""Checks that the programs open the databases of be9f464. `check` runs it."""

import json
import sqlite3
import unittest

import databases
import growth
import replay
from databases import POSTGRES
from onsale import NAMES, PROGRAMS, Onsale
from values import Keys, Values


def reopened(engine):
    """Returns the differences of the answers on databases of be9f464, the finished audit of all accounts, and the number of
    actions in each log, which begins with the first call of an operator after the upgrade."""
    with engine.databases() as urls, Onsale(PROGRAMS, urls, is_started=False) as onsale:
        engine.restore(onsale)
        # Restore names before the services start, because their jobs finish old work at once.
        values = Values(Keys(onsale.keys))
        databases.restore_names(engine, values)
        onsale.start(*NAMES)
        performer = replay.Performer(onsale.addresses, values)
        calls = replay.read(engine.folder / "answers.jsonl")
        found = replay.first_differences(calls, performer)
        performer.close()
        onsale.gateway("admin", "credential", "--keys", onsale.keys)
        onsale.gateway("admin", "room", "create", "after-the-upgrade")
        for _ in range(1000):
            # A job of the service lists the action a moment later.
            if "CreateRoom" in onsale.gateway("admin", "log", "--service", "queue").stdout:
                break
        log = json.loads(onsale.gateway("admin", "log", "--verify", "--json").stdout)
        return found, onsale.gateway("admin", "audit", "--json"), {part["service"]: part["actions"] for part in log}


class Databases(unittest.TestCase):
    """Checks that databases of be9f464 open, answer as before, and pass the audit."""

    def reopen(self, engine):
        differences, audit, actions = reopened(engine)
        self.assertEqual(differences, [], "\n".join(["", *differences]))
        self.assertEqual((audit.returncode, audit.stderr), (0, ""))
        self.assertIsNone(json.loads(audit.stdout).get("misfit"))
        self.assertEqual(sorted(actions), ["concert", "queue", "wallet"])
        self.assertGreater(actions["queue"], 0)

    def test_sqlite_files_of_be9f464_open(self):
        self.reopen(databases.SQLite)

    @unittest.skipUnless(POSTGRES, "needs ONSALE_TEST_POSTGRES, as deploy/with-postgres gives it")
    def test_postgresql_databases_of_be9f464_open(self):
        self.reopen(databases.PostgreSQL)

    def upgrade(self, engine):
        with engine.databases() as urls, Onsale(PROGRAMS, urls, is_started=False) as onsale:
            upgrade = growth.Upgrade(engine, onsale, growth.SEATS)
            self.assertGreater(min(upgrade.added.values()), growth.SEATS)
            for name, steps in upgrade.progress.items():
                count = int(steps[-1].split()[-1])
                self.assertEqual(steps, [f"{number} of {count}" for number in range(count - len(steps) + 1, count + 1)], name)
            onsale.gateway("admin", "credential", "--keys", onsale.keys)
            audit = onsale.gateway("admin", "audit")
            self.assertEqual((audit.returncode, audit.stderr), (0, ""))
            report = json.loads(onsale.gateway("admin", "report", "many", "--json").stdout)
            self.assertEqual([line["counts"]["sold"] for line in report["lines"]], [growth.SEATS])

    def test_each_service_migrates_large_sqlite_files_at_one_start_with_a_line_for_each_step(self):
        self.upgrade(databases.SQLite)

    @unittest.skipUnless(POSTGRES, "needs ONSALE_TEST_POSTGRES, as deploy/with-postgres gives it")
    def test_each_service_migrates_large_postgresql_databases_at_one_start_with_a_line_for_each_step(self):
        self.upgrade(databases.PostgreSQL)

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


if __name__ == "__main__":
    unittest.main()
