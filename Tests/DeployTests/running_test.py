"""Compares the files of deploy/ with running services."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.request

from repository import ROOT, SERVICES, run, tables, text


@contextlib.contextmanager
def running(service, folder, *arguments, port="status port open"):
    """Starts a service and gives the address of its status port, or that of its calls."""
    process = subprocess.Popen(
        [service, "--listen", "127.0.0.1:0", "--status-listen", "127.0.0.1:0", *arguments], cwd=folder, text=True,
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if " running" in line:
                break
        else:
            raise AssertionError(f"{service} did not start:\n" + "".join(lines))
        yield re.search(port + r" address=(\S+)", "".join(lines)).group(1)
    finally:
        process.terminate()
        process.stderr.close()
        process.wait()


def in_folder(test):
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    return folder.name


def metrics_of_rules():
    words = set()
    for expression in re.findall(r"expr: (?:>\n)?((?:.*\n)+?) +(?:for|labels):", text("deploy/prometheus/alerts.yml")):
        expression = re.sub(r"\{.*?\}|\[.*?\]|\bby \(.*?\)", " ", expression)
        words |= set(re.findall(r"\b[a-z][a-z_]*\b(?!\s*\()", expression)) - {"and", "or", "unless"}
    return words


class Services(unittest.TestCase):
    def test_a_service_has_every_metric_of_the_alerts(self):
        known = {"up"}  # Prometheus sets it.
        folder = in_folder(self)
        for service in SERVICES:
            with running(service, folder) as status:
                page = urllib.request.urlopen(f"http://{status}/metrics").read().decode()
            for name, kind in re.findall(r"(?m)^# TYPE (\S+) (\S+)$", page):
                known |= {name, f"{name}_bucket"} if kind == "histogram" else {name}
        self.assertGreater(len(metrics_of_rules()), 8)
        self.assertLessEqual(metrics_of_rules(), known)

    def test_the_image_is_healthy_only_while_its_service_is_ready(self):
        command = json.loads(re.search(r"HEALTHCHECK.*?CMD (\[.*\])", text("deploy/Dockerfile"), re.S).group(1))

        def check(folder, port):
            self.assertIn("127.0.0.1:7000 ", command[2])
            words = command[2].replace("127.0.0.1:7000 ", f"127.0.0.1:{port} ")
            return run(*command[:2], f"cd {folder} && {words}").returncode

        folder = in_folder(self)
        with running("QueueService", folder, "--tls", "required", port="listening") as address:
            port = address.rpartition(":")[2]
            self.assertEqual(check(folder, port), 0)
        self.assertNotEqual(check(folder, port), 0)
        # A service that is not ready answers NOT_SERVING.
        self.assertIn("grep -q '\"SERVING\"'", command[2])


class PostgreSQL(unittest.TestCase):
    SECRETS = {f"ONSALE_{name}_PASSWORD": name.lower() + "1" for name in ("QUEUE", "CONCERT", "WALLET", "BACKUP")}

    @classmethod
    def setUpClass(cls):
        cls.server = os.environ["ONSALE_TEST_POSTGRES"]

    def url(self, user, database):
        return self.server.replace("//onsale@", f"//{user}@").rpartition("/")[0] + "/" + database

    def psql(self, url, *arguments, secrets=SECRETS):
        return run("psql", "--no-psqlrc", "--quiet", *arguments, url, env={**os.environ, **secrets})

    def roles(self, secrets=SECRETS):
        return self.psql(self.server, "--file", "deploy/postgresql/roles.sql", secrets=secrets)

    def test_a_missing_password_prevents_all_changes(self):
        some = dict(list(self.SECRETS.items())[:3])
        made = self.roles(some)
        self.assertNotEqual(made.returncode, 0)
        self.assertIn("a password is missing: set ONSALE_QUEUE_PASSWORD", made.stdout)

    def test_a_service_can_use_its_own_database_only_and_backups_can_only_read(self):
        for _ in range(2):  # A second run succeeds, too.
            made = self.roles()
            self.assertEqual((made.returncode, made.stdout), (0, ""))
        folder = in_folder(self)
        for service in SERVICES:
            own = "onsale_" + service.removesuffix("Service").lower()
            with running(service, folder, "--database", self.url(own, own)):
                pass
            self.assertEqual(self.psql(self.url("onsale_backup", own), "-c", "select * from migration").returncode, 0)
            written = self.psql(self.url("onsale_backup", own), "-c", "delete from migration")
            self.assertIn("permission denied", written.stdout)
            for other in {"onsale_queue", "onsale_concert", "onsale_wallet"} - {own}:
                self.assertIn("permission denied", self.psql(self.url(other, own), "-c", "select 1").stdout)
        self.citus()

    def test_the_role_for_backups_copies_each_database_and_each_owner_restores_it(self):
        self.assertEqual(self.roles().returncode, 0)
        folder = in_folder(self)
        names = [service.removesuffix("Service").lower() for service in SERVICES]
        for service, name in zip(SERVICES, names):
            with running(service, folder, "--database", self.url(f"onsale_{name}", f"onsale_{name}")):
                pass
            again = f"onsale_{name}_again"
            self.assertEqual(self.psql(self.server, "-c", f"create database {again} owner onsale_{name}").stdout, "")
            self.addCleanup(self.psql, self.server, "-c", f"drop database {again}")
        copied = run("deploy/backup", folder + "/copy", *(
            f"{name}={self.url('onsale_backup', 'onsale_' + name)}" for name in names))
        self.assertEqual(copied.returncode, 0, copied.stdout)
        restored = run("deploy/restore", folder + "/copy", *(
            f"{name}={self.url('onsale_' + name, f'onsale_{name}_again')}" for name in names))
        self.assertEqual(restored.returncode, 0, restored.stdout)
        for service, name in zip(SERVICES, names):
            there = self.url(f"onsale_{name}", f"onsale_{name}_again")
            self.assertEqual(self.content(there), self.content(self.url(f"onsale_{name}", f"onsale_{name}")))
            with running(service, folder, "--database", there):
                pass

    def content(self, url):
        dumped = run("pg_dump", "--no-owner", "--no-privileges", url)
        self.assertEqual(dumped.returncode, 0, dumped.stdout)
        self.assertIn("CREATE TABLE public.migration", dumped.stdout)
        # Lines with these prefixes are not content, and differ in each dump.
        return [line for line in dumped.stdout.splitlines() if not line.startswith(("--", "\\restrict", "\\unrestrict"))]

    def citus(self):
        """Runs the script with stand-ins for the functions of Citus, which check that table and column exist, and break a check."""
        script = text("deploy/postgresql/citus.sql")
        self.assertIn("create extension if not exists citus;", script)
        stand_in = """
            create table if not exists distributed (name text, spread_by text, shard_count text);
            create table if not exists pg_dist_partition (logicalrelid regclass);
            create or replace function create_distributed_table(
                name regclass, spread_by text, colocate_with text default 'default')
            returns void language plpgsql as $$ begin
                perform 1 from pg_attribute where attrelid = name and attname = spread_by;
                if not found then raise '% has no %', name, spread_by; end if;
                insert into distributed values (name::text, spread_by, current_setting('citus.shard_count'));
                insert into pg_dist_partition values (name);
            end $$;
            create temporary table pg_dist_node as
                select true as isactive, 'primary' as noderole, number as groupid, true as shouldhaveshards
                from generate_series(0, WORKERS) as number;
            create or replace function run_command_on_workers(command text)
            returns table (nodename text, nodeport int, success bool, result text) language plpgsql as $$ begin
                return query select 'worker', 5432, not command like '%FAILS%', case
                    when command like '%extversion%' then VERSION when command like '%prepared%' then PREPARED
                    when command like format('%%%s%%', current_user) then ACCESS end;
            end $$;
            """
        cluster = {"WORKERS": "2", "VERSION": "null", "PREPARED": "'100'", "ACCESS": "'t'", "FAILS": "nothing"}

        def stand_in_for(changes):
            built = stand_in
            for name, value in (cluster | changes).items():
                built = built.replace(name, value)
            return script.replace("create extension if not exists citus;", built).replace(
                "current_setting('max_prepared_transactions')", "'100'")

        path = pathlib.Path(in_folder(self), "citus.sql")
        for changes, problem in (
                ({"WORKERS": "0"}, "the cluster has no worker, so every table would stay on the coordinator"),
                ({"VERSION": "'11.0-1'"}, "worker worker:5432 has the extension citus in version 11.0-1"),
                ({"PREPARED": "'0'"}, "worker worker:5432 has max_prepared_transactions = 0"),
                ({"ACCESS": "null"}, "the role onsale_queue cannot use worker worker:5432"),
                ({"FAILS": "extversion"}, "worker worker:5432 has the extension citus")):
            path.write_text(stand_in_for(changes))
            refused = self.psql(self.url("onsale_queue", "onsale_queue"), "--file", path)
            self.assertEqual(refused.returncode, 3, refused.stdout)
            self.assertIn(problem, refused.stdout)
        path.write_text(stand_in_for({}))
        for service in SERVICES:
            own = "onsale_" + service.removesuffix("Service").lower()
            # The second run, as after an update, finds nothing to do.
            for _ in range(2):
                spread = self.psql(self.url(own, own), "--tuples-only", "--no-align", "--file", path)
                self.assertEqual(spread.returncode, 0, spread.stdout)
            listed = self.psql(self.url(own, own), "--tuples-only", "--no-align", "-c", "select name, spread_by from distributed")
            self.assertEqual(len(listed.stdout.split()), len(tables(service)))
            self.assertEqual(dict(line.split("|") for line in listed.stdout.split()), tables(service))
            counted = self.psql(self.url(own, own), "--tuples-only", "--no-align", "-c", "select distinct shard_count from distributed")
            self.assertEqual(counted.stdout.split(), ["16"], "eight for each worker")
