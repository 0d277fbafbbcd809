"""Functions shared by the tests of deploy/."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = [name for name in ("QueueService", "ConcertService", "WalletService") if (ROOT / "Services" / name / "Server").exists()]


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


def tables():
    """Returns each table that a service creates, with the first column of its key."""
    found = {}
    for schema in sorted(ROOT.glob("Services/*/Server/**/*Schema.swift")):
        for name, columns in re.findall(r"create table (\w+) \((.*?)\"\"\"", schema.read_text(), re.S):
            found[name] = re.search(r"primary key \((\w+)", columns).group(1)
    return found
