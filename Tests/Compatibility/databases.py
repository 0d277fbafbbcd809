"""Creates, stores and restores the databases of be9f464."""

import contextlib
import gzip
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import uuid

from onsale import NAMES
from values import LATER

FOLDER = pathlib.Path(__file__).resolve().parent / "databases"
POSTGRES = os.environ.get("ONSALE_TEST_POSTGRES")
# Moves deadlines to 2150, because holds and places lapse soon and decisions are deleted after a day.
PUT_OFF = {
    "queue": [
        f"update place set lapses_at = {LATER} where lapses_at is not null",
        f"update place set ends_at = {LATER} where state = 2",
    ],
    "concert": [
        f"update reservation set deadline = {LATER} where state <> 4",
        f"update seat set until = {LATER} where state = 1",
        f"update decision set decided_at = {LATER} where outcome <> 0",
    ],
    "wallet": [],
}


@contextlib.contextmanager
def empty_postgres():
    """Yields the URLs of new databases on the test server, and drops them at the end."""
    mark = uuid.uuid4().hex[:8]
    names = {name: f"compatibility_{name}_{mark}" for name in NAMES}
    for database in names.values():
        psql(POSTGRES, "-c", f"create database {database}")
    try:
        yield {name: POSTGRES.rpartition("/")[0] + "/" + database for name, database in names.items()}
    finally:
        for database in names.values():
            psql(POSTGRES, "-c", f"drop database {database} with (force)")


def psql(url, *arguments):
    command = ["psql", "--no-psqlrc", "--quiet", "--output", "/dev/null", "--set", "ON_ERROR_STOP=1", *arguments, url]
    subprocess.run(command, check=True)


def selected(url, query):
    """Returns the rows of a query as text."""
    command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "-c", query, url]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class SQLite:
    """Compressed database files."""

    folder = FOLDER / "sqlite"
    # An id of a kind of three letters and a number, and its digits.
    ID = "cast(printf('KIND%013d', NUMBER) as blob)"
    DIGITS = "lower(hex(ID))"

    @staticmethod
    @contextlib.contextmanager
    def databases():
        yield None

    @classmethod
    def keep(cls, onsale):
        cls.folder.mkdir(parents=True, exist_ok=True)
        for name, statements in PUT_OFF.items():
            cls.execute(onsale, name, statements)
            file = onsale.folder / f"{name}.db"
            (cls.folder / f"{name}.db.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))

    @classmethod
    def restore(cls, onsale):
        for name in NAMES:
            (onsale.folder / f"{name}.db").write_bytes(gzip.decompress((cls.folder / f"{name}.db.gz").read_bytes()))

    @staticmethod
    def execute(onsale, name, statements):
        database = sqlite3.connect(onsale.folder / f"{name}.db")
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.execute("pragma wal_checkpoint(truncate)")
        database.close()

    @staticmethod
    def rows(onsale):
        """Returns each table with its row count and its states."""
        for name in NAMES:
            database = sqlite3.connect(onsale.folder / f"{name}.db")
            tables = database.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
            for table, in tables:
                columns = [column[1] for column in database.execute(f"pragma table_info({table})")]
                state = next((column for column in ("state", "decided", "outcome", "kind") if column in columns), None)
                query = f"select distinct {state} from {table} order by 1"
                states = database.execute(query).fetchall() if state else []
                count = database.execute(f"select count(*) from {table}").fetchone()[0]
                yield f"{name}.{table}", count, [value for value, in states]
            database.close()


class PostgreSQL:
    """Plain SQL, written by pg_dump."""

    folder = FOLDER / "postgresql"
    databases = staticmethod(empty_postgres)
    ID = "encode(convert_to('KIND' || lpad((NUMBER)::text, 13, '0'), 'UTF8'), 'hex')::uuid"
    DIGITS = "replace((ID)::text, '-', '')"

    @classmethod
    def keep(cls, onsale):
        cls.folder.mkdir(parents=True, exist_ok=True)
        for name, statements in PUT_OFF.items():
            cls.execute(onsale, name, statements)
            dumped = subprocess.run(
                ["pg_dump", "--no-owner", "--no-privileges", onsale.databases[name]], check=True, text=True,
                                    capture_output=True)
            # Lines that older versions of PostgreSQL refuse, or that differ in each dump.
            lines = [line for line in dumped.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
            (cls.folder / f"{name}.sql").write_text("\n".join(lines) + "\n")

    @staticmethod
    def execute(onsale, name, statements):
        for statement in statements:
            psql(onsale.databases[name], "-c", statement)

    @staticmethod
    def rows(onsale):
        """Returns each table with its row count, without its states."""
        for name in NAMES:
            query = "select relname from pg_stat_user_tables where relname <> 'migration' order by 1"
            for table in selected(onsale.databases[name], query).split():
                yield f"{name}.{table}", int(selected(onsale.databases[name], f"select count(*) from {table}")), []

    @classmethod
    def restore(cls, onsale):
        for name in NAMES:
            psql(onsale.databases[name], "--file", str(cls.folder / f"{name}.sql"))


def keep_names(engine, values):
    """Ids and codes by the names that the calls use."""
    named = {name: value.hex() if isinstance(value, bytes) else value for name, value in sorted(values.known.items())}
    (engine.folder / "names.json").write_text(json.dumps(named, indent=1) + "\n")


def restore_names(engine, values):
    for name, value in json.loads((engine.folder / "names.json").read_text()).items():
        values.bind(name, value if name.startswith("code") else bytes.fromhex(value))
