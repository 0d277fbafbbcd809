"""Restores a PostgreSQL server to a moment within a sale, as "Restore to a moment" in deploy/README.md shows.

    deploy/with-postgres --setting archive_mode=on Tests/Compatibility/check recovery
"""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "DeployTests"))

from databases import POSTGRES, empty_postgres, selected  # noqa: E402
from documentation_test import agrees, consoles  # noqa: E402
from mixed_test import Sale  # noqa: E402
from onsale import NAMES, PATIENCE, PROGRAMS, Onsale  # noqa: E402
from repository import text  # noqa: E402
from shell import Shell  # noqa: E402

PRICE = 6000


def is_archiving():
    return POSTGRES and selected(POSTGRES, "show archive_mode").strip() == "on"


@unittest.skipUnless(is_archiving(), "needs deploy/with-postgres --setting archive_mode=on")
class Recovery(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        programs = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True).stdout.strip()
        # The server refuses root.
        owner = "runuser -u postgres --" if os.geteuid() == 0 else ""
        for name in ("archive", "restored"):
            (self.folder / name).mkdir()
            if owner:
                subprocess.run(["chown", "postgres", self.folder / name], check=True)
        for name in ("pg_ctl", "pg_basebackup"):
            (self.folder / name).write_text(f'#!/bin/sh\ncd / && exec {owner} {programs}/{name} "$@"\n')
            (self.folder / name).chmod(0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.shell = Shell(tempfile.mkdtemp(dir=folder.name), has_own_network=False)
        self.addCleanup(self.shell.close)
        self.shell.type(f"export PATH={self.folder}:$PATH ARCHIVE={self.folder}/archive BASE={self.folder}/restored/data")
        self.shell.type(f"export SERVER={POSTGRES} RESTORED={self.restored('postgres')} PORT={self.port}")
        self.addCleanup(self.shell.type, "pg_ctl stop --pgdata=$BASE --mode=immediate")
        chapter = text("deploy/README.md").split("\n## Restore to a moment\n")[1].split("\n## ")[0]
        self.backup, self.restore = consoles(chapter, "console with an archive")

    def restored(self, database):
        return f"postgres://onsale@127.0.0.1:{self.port}/{database}"

    def type(self, lines):
        for command, shown in lines:
            printed, code = self.shell.type(command)
            self.assertTrue(code == 0 and agrees(shown, printed), f"$ {command}\nended with {code} and printed:\n{printed}")

    def archive(self):
        """Waits until all of the log is in the archive."""
        name = selected(POSTGRES, "select pg_walfile_name(pg_switch_wal())").strip()
        limit = time.monotonic() + PATIENCE
        while not (self.folder / "archive" / name).exists():
            self.assertLess(time.monotonic(), limit, "the log was not archived")
            time.sleep(0.05)

    def test_all_databases_are_of_the_moment_and_fit(self):
        for line in (f"alter system set archive_command = 'cp %p {self.folder}/archive/%f'", "select pg_reload_conf()"):
            selected(POSTGRES, line)
        with empty_postgres() as databases:
            with Onsale(PROGRAMS, databases) as onsale:
                sale = Sale(onsale)
                sale.run("buy gala/friday Stalls-1-1 --yes")
                self.type(self.backup)
                # The server has these settings on its command line, and not in a file that is copied.
                with open(self.folder / "restored/data/postgresql.auto.conf", "a") as file:
                    file.write("max_connections = 1000\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n")
                sale.run("buy gala/friday Stalls-1-2 --yes")
                moment = selected(POSTGRES, "select clock_timestamp()").strip()
                sale.run("buy gala/friday Stalls-1-3 Stalls-1-4 --yes")
                self.assertEqual(sale.available(), 50_000 - 4 * PRICE)
                onsale.stop(*NAMES)
                self.archive()
                self.shell.type(f"MOMENT='{moment}'")
                self.type(self.restore)
                onsale.databases = {name: self.restored(url.rpartition("/")[2]) for name, url in databases.items()}
                onsale.start(*NAMES)
                self.assertEqual(sale.available(), 50_000 - 2 * PRICE)
                self.assertEqual({ticket["seat"] for ticket in sale.run("tickets")}, {"Stalls-1-1", "Stalls-1-2"})
                self.assertEqual(sale.audit(), ([], None))
                # The sale goes on.
                sale.run("sign-up bob", home="bob", ONSALE_PASSWORD="correct horse battery")
                sale.run("top-up 100 EUR", home="bob")
                sale.run("buy gala/friday Stalls-1-3 --yes", home="bob")


if __name__ == "__main__":
    unittest.main()
