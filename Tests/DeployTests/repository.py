"""Functions shared by the tests of deploy/."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = [name for name in ("QueueService", "ConcertService", "WalletService") if (ROOT / "Services" / name / "Server").exists()]
PROGRAMS = SERVICES + ["gateway", "gateway-web"]


def text(path):
    return (ROOT / path).read_text()


def run(*command, **options):
    """Returns the finished process; `stdout` contains output and errors as text."""
    return subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        stdin=subprocess.DEVNULL, cwd=options.pop("cwd", ROOT), **options)


def tracked():
    return [ROOT / name for name in run("git", "ls-files").stdout.splitlines() if (ROOT / name).is_file()]


def options(service):
    """Returns name, placeholder, default, meaning and variable of each option in --help."""
    found = {}
    pattern = re.compile(r"^  --(\S+)(?: (\S.*))?\n      (.+)\n      (?:Default: (.*?)\.|Must be given\.)(?: Environment: (\w+)\.)?$", re.M)
    for name, placeholder, meaning, default, variable in pattern.findall(run(service, "--help", cwd="/").stdout):
        found[name] = {"placeholder": placeholder, "meaning": meaning, "default": default, "variable": variable}
    return found


def schemas(service):
    """Returns the files with the migrations of a service."""
    return sorted(ROOT.glob(f"Services/{service}/Server/**/*Schema.swift"))


def tables(service):
    """Returns each table that the last migration of a service leaves, with the first column of its key."""
    found = {}
    changes = r'create table (\w+) \((.*?)"""|drop table (\w+)|alter table (\w+) rename to (\w+)'
    for schema in schemas(service):
        for made, columns, dropped, old, new in re.findall(changes, schema.read_text(), re.S):
            if made:
                found[made] = re.search(r"primary key \((\w+)", columns).group(1)
            elif old:
                found[new] = found.pop(old)
            else:
                found.pop(dropped, None)
    return found
