"""Types every line of the consoles in the documents, and compares the tables with the programs."""

import re
import subprocess
import tempfile
import unittest

from repository import ROOT, SERVICES, options, text, tracked
from shell import Shell


def consoles(document, name="console"):
    """For each block with that name: pairs of a command line and the output shown below it."""
    for block in re.findall(rf"^```{name}\n(.*?)^```$", document, re.M | re.S):
        pairs = []
        for line in block.splitlines():
            if line.startswith("$ "):
                pairs.append((line[2:], []))
            else:
                pairs[-1][1].append(line)
        yield pairs


def agrees(shown, printed):
    """True if the printed text matches the shown lines, in which … stands for any text."""
    pattern = r"(?:.*\n)*?".join(
        "".join(".*".join(re.escape(part) for part in line.split("…")) + "\n" for line in lines)
        for lines in split_at(shown, "…"))
    return re.fullmatch(pattern, printed) is not None


def split_at(lines, separator):
    parts = [[]]
    for line in lines:
        if line == separator:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


class Documents(unittest.TestCase):
    maxDiff = None

    def test_every_line_of_a_console_runs_as_shown(self):
        count = 0
        for path in tracked():
            if path.suffix != ".md" or "```console" not in path.read_text():
                continue
            with self.subTest(document=str(path.relative_to(ROOT))), tempfile.TemporaryDirectory() as folder:
                shell = Shell(folder)
                self.addCleanup(shell.close)
                for command, shown in (pair for block in consoles(path.read_text()) for pair in block):
                    printed, code = shell.type(command)
                    count += 1
                    self.assertEqual(code, 0, f"$ {command}\n{printed}")
                    self.assertTrue(agrees(shown, printed), f"$ {command}\nprinted:\n{printed}\nshown:\n" + "\n".join(shown))
        self.assertGreater(count, 10)

    def test_the_runbook_has_every_option_in_one_table(self):
        names, rows = {}, ["| option | of | default | what it is |", "|---|---|---|---|"]
        for service in SERVICES:
            for name, option in options(service).items():
                names.setdefault(name, {})[service] = option
        for name, services in names.items():
            option = next(iter(services.values()))
            defaults = dict.fromkeys(self.default(name, service, services[service]) for service in services)
            of = "all" if len(services) == len(SERVICES) else ", ".join(services)
            placeholder = (" " + option["placeholder"]).rstrip().replace("|", "\\|")
            rows.append(f"| `--{name}{placeholder}` | {of} | {', '.join(defaults)} | {option['meaning']} |")
        table = "\n".join(rows) + "\n"
        self.assertGreater(len(rows), 12)
        self.assertTrue(table in text("deploy/README.md"), f"write this table into deploy/README.md:\n\n{table}")

    def test_every_file_that_a_document_names_exists(self):
        count = 0
        names = {"/" + str(path.relative_to(ROOT)) for path in tracked()}
        for path in tracked():
            if path.suffix != ".md":
                continue
            for name in re.findall(r"`([\w./-]+\.(?:swift|proto|md|sql|ya?ml|pml|py))`", path.read_text()):
                count += 1
                # This file comes with protoc.
                exists = name == "descriptor.proto" or any(known.endswith("/" + name) for known in names)
                self.assertTrue(exists, f"{path.relative_to(ROOT)} names {name}, which does not exist")
        self.assertGreater(count, 30)

    def default(self, name, service, option):
        if name == "loops":
            return "one for each core"
        if name == "database":
            return f"`data/{service.removesuffix('Service').lower()}.db`"
        return f"`{option['default']}`" if option["default"] else "must be given"

    def test_the_runbook_explains_every_alert(self):
        alerts = re.findall(r"- alert: (\w+)", text("deploy/prometheus/alerts.yml"))
        explained = text("deploy/README.md").split("\n## Alerts\n")[1]
        self.assertEqual(re.findall(r"^### (\w+)$", explained, re.M), alerts)

    def test_the_programs_have_every_exit_code_of_the_runbook(self):
        named = re.findall(r"(?i)\b(?:exit code|ends? with) (\d+)((?:[^.]*?, \d+:)*)", text("deploy/README.md"))
        codes = {code for first, others in named for code in [first, *re.findall(r", (\d+):", others)]}
        self.assertLessEqual({"0", "64", "69", "75"}, codes)
        self.assertLessEqual(codes, set(re.findall(r"^  (\d+)  ", self.help(), re.M)))

    def help(self):
        return subprocess.run(["QueueService", "--help"], stdout=subprocess.PIPE, text=True).stdout


class Readme(unittest.TestCase):
    def test_the_table_of_dependencies_lists_every_installed_package(self):
        script = text("deploy/install-dependencies")
        installed = [name for names in re.findall(r"^\w+=\(([^)\"]+)\)", script, re.M) for name in names.split()]
        table = text("README.md").split("| Debian package | why |\n")[1].split("\n\n")[0]
        named = [name for names in re.findall(r"^\| ([^|]+) \|", table, re.M) for name in names.split(", ")]
        self.assertGreater(len(installed), 20)
        self.assertEqual(sorted(named), sorted(installed))


class Examples(unittest.TestCase):
    """Tests of the functions above."""

    def test_an_ellipsis_line_stands_for_any_lines_and_an_ellipsis_for_any_text(self):
        self.assertTrue(agrees(["a", "…", "z"], "a\nb\nc\nz\n"))
        self.assertTrue(agrees(["at …, done"], "at 7, done\n"))
        self.assertFalse(agrees(["a"], "a\nb\n"))
        self.assertFalse(agrees(["at …, done"], "at 7, failed\n"))
        self.assertFalse(agrees([], "a\n"))

    def test_the_shell_reports_output_and_exit_code(self):
        with tempfile.TemporaryDirectory() as folder:
            shell = Shell(folder)
            self.addCleanup(shell.close)
            self.assertEqual(shell.type("false"), ("", 1))
            self.assertEqual(shell.type("cd /tmp && echo here"), ("here\n", 0))
            self.assertEqual(shell.type("pwd"), ("/tmp\n", 0))
