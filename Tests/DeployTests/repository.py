"""What the checks of deploy/ share."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = [name for name in ("QueueService", "ConcertService", "WalletService") if (ROOT / "Services" / name / "Server").exists()]


def text(path):
    return (ROOT / path).read_text()


def run(*command, **options):
    """The finished process, with its output and errors together as text."""
    return subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        stdin=subprocess.DEVNULL, cwd=options.pop("cwd", ROOT), **options)


def tracked():
    return [ROOT / name for name in run("git", "ls-files").stdout.splitlines() if (ROOT / name).is_file()]


def options(service):
    """Name of each option, with its placeholder, default and meaning, as --help tells them."""
    found = {}
    pattern = re.compile(r"^  --(\S+)(?: (\S.*))?\n      (.+)\n      (?:Default: (.*?)\.|Must be given\.)(?: Environment: (\w+)\.)?$", re.M)
    for name, placeholder, meaning, default, variable in pattern.findall(run(service, "--help", cwd="/").stdout):
        found[name] = {"placeholder": placeholder, "meaning": meaning, "default": default, "variable": variable}
    return found


def tables():
    """Table and first column of its key, for each table that a service makes."""
    found = {}
    for schema in sorted(ROOT.glob("Services/*/Server/**/*Schema.swift")):
        for name, columns in re.findall(r"create table (\w+) \((.*?)\"\"\"", schema.read_text(), re.S):
            found[name] = re.search(r"primary key \((\w+)", columns).group(1)
    return found
