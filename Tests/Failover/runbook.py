"""Types the lines of "Fail over" in deploy/README.md on the pair of servers of Tests/Failover/check."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "DeployTests"))
sys.dont_write_bytecode = True

from documentation_test import agrees, consoles  # noqa: E402
from repository import text  # noqa: E402
from shell import Shell  # noqa: E402


def main():
    chapter = text("deploy/README.md").split("\n## Fail over\n")[1].split("\n## ")[0]
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        # The servers listen on the loopback of this machine.
        shell = Shell(folder, has_own_network=False)
        try:
            for command, shown in (pair for block in consoles(chapter, "console on a pair") for pair in block):
                printed, code = shell.type(command)
                count += 1
                if code != 0 or not agrees(shown, printed):
                    shown = "\n".join(shown)
                    sys.exit(f"deploy/README.md: $ {command}\nended with {code} and printed:\n{printed}\nshown:\n{shown}")
        finally:
            shell.close()
    if count < 8:
        sys.exit(f"deploy/README.md: the chapter \"Fail over\" has only {count} lines to type, not 8 or more")
    print(f"typed {count} lines of deploy/README.md")


main()
