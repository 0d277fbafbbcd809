"""A terminal for the tests."""

import functools
import os
import pathlib
import signal
import subprocess
import threading

from repository import ROOT, tracked

# Marks the end of a command's output, before its exit code. No document contains it.
MARK = "\x1eended "
# The time limit of one command, in seconds.
PATIENCE = 30


@functools.cache
def bash():
    """Returns a bash with its own network, so that all ports are free. Containers often forbid that: then a plain bash."""
    alone = ["unshare", "--net", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc",
             "sh", "-c", "ip link set lo up && exec bash"]
    is_allowed = subprocess.run(alone, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    return alone if is_allowed else ["bash"]


class Shell:
    """A bash in a new folder with links to the repository's files."""

    def __init__(self, folder, has_own_network=True):
        for name in {path.relative_to(ROOT).parts[0] for path in tracked()}:
            pathlib.Path(folder, name).symlink_to(ROOT / name)
        environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder + "/.config"}
        self.process = subprocess.Popen(
            bash() if has_own_network else ["bash"], start_new_session=True, cwd=folder, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def type(self, command, patience=PATIENCE):
        """Runs a command. Returns its output and exit code."""
        # The braces make bash read the whole line before it runs it, and keep </dev/null from applying to bash itself.
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '{MARK}%s\\n' $?\n")
        self.process.stdin.flush()
        printed = ""
        clock = threading.Timer(patience, self.process.kill)
        clock.start()
        try:
            for line in self.process.stdout:
                before, mark, code = line.partition(MARK)
                printed += before
                if mark:
                    return printed, int(code)
        finally:
            clock.cancel()
        raise AssertionError(f"$ {command}\ndid not end in {patience} seconds, or ended the shell:\n{printed}")

    def close(self):
        # Ends the whole group: bash and every process that it has started.
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
