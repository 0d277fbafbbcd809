"""Types the examples in the help of the gateway, one after the other."""

import re
import tempfile
import unittest

from repository import run
from shell import Shell

# The preparation for the first example: services, keys, a hall, and a password in the environment.
# The date is years ahead, because a sale that has ended refuses the examples.
BEFORE = """
export ONSALE_PASSWORD='a long password'
echo "$ONSALE_PASSWORD" >secret; chmod 600 secret
printf 'Stalls, 1-20, 1-40, A, 89.00\\n' >hall.csv
echo '{"name": "moon-tour"}' >request.json
mkdir -p ~/.zfunc ~/.config/fish/completions
for service in Queue Concert; do ${service}Service 2>$service.log & done
WalletService --top-up-by user 2>Wallet.log &
until gateway status >/dev/null 2>&1; do sleep 0.1; done
gateway admin credential --keys data/keys
gateway admin room create autumn-sale
gateway admin room open autumn-sale
gateway admin concert create moon-tour --title 'The Moon Tour' --host 'Moon Records'
gateway admin schedule add moon-tour/friday --starts '2037-12-25 20:00' --ends '2037-12-25 23:00' --room autumn-sale \
--seats-per-user 20 --cancel-until '2037-12-24 20:00'
gateway admin seats set moon-tour/friday --hall hall.csv
"""

# A payment ends the user's place only after its reply. This command does not wait for that.
AGAIN = "gateway leave; gateway join moon-tour"

# A room with a draw, and the signature of its round.
DRAW = "gateway admin room create --joins-at '2026-01-01 09:30' --draw-round 98000000"
# It has the length of another chain than quicknet, whose rounds have known times: this one would be from the future.
BEACON = "b55e" * 48

# Commands before an example, because earlier examples have changed its conditions.
FIRST = {
    "gateway whoami": "gateway sign-in alice",
    "gateway change-password --password-file old --new-password-file new": "cp secret old; cp secret new",
    "gateway set-password alice --code-file code --password-file secret":
        "gateway admin password reset alice --yes >reply; cut -d' ' -f1 reply >code; chmod 600 code",
    "gateway admin sign-in alice": "gateway admin credential --keys data/keys; gateway admin operator grant alice owner",
    "gateway admin sessions": "gateway admin sign-in alice",
    "gateway buy moon-tour/friday --best 2 --grade A --yes": "gateway top-up 1000 EUR",
    "gateway buy moon-tour/friday Stalls-12-7 Stalls-12-8 --yes --top-up --json": AGAIN,
    "gateway seats moon-tour": AGAIN,
    "gateway join room:summer-sale": "gateway admin room create summer-sale; gateway admin room open summer-sale",
    "gateway leave moon-tour": "gateway join moon-tour",
    "gateway reserve moon-tour/friday Stalls-12-7 Stalls-12-8": "gateway cancel --yes; gateway join moon-tour",
    "gateway pay": "gateway reserve moon-tour Stalls-12-9",
    "gateway verify-draw draw.note --list fair.log --receipt fair.tlog-proof --early promise.note":
        f"{DRAW} fair; gateway join room:fair --no-wait; gateway line room:fair --draw-file promise.note; gateway admin room close-draw fair; "
        f"gateway admin room draw fair --beacon {BEACON}; gateway line room:fair --draw-file draw.note --output-file fair.log; "
        "gateway place room:fair --receipt fair.tlog-proof",
    "gateway admin room close-draw fair-sale": f"{DRAW} fair-sale",
    "gateway admin room draw fair-sale --beacon - < beacon": f"echo {BEACON} >beacon",
    "gateway ticket show Stalls-12-7": "gateway pay $(gateway reservations | awk '/Stalls-12-7.*held/ { print $1 }')",
}

# Examples that cannot succeed here, and their exit codes.
NEEDS_A_TERMINAL = [
    "gateway buy", "gateway buy moon-tour/friday", "gateway cancel", "gateway ticket show", "gateway change-password",
    "gateway admin change-password", "gateway set-password alice",
    "gateway admin schedule move moon-tour/friday --starts '2037-12-26 20:00' --reason storm"]
# Examples with these ids and codes fail, because no user has them.
STAND_INS = r"\b3f2a9c01\b|--code CODE|\bmembers partners\b|AMZD4…|7KQ2ZD|zbarcam --raw -1|0193e5a0-7a55-7000-8000-000000000001"
ALREADY_DONE = [
    # An earlier example has returned this seat.
    "gateway cancel Stalls-12-7 --least '20 EUR'",
    "gateway ticket show Stalls-12-7 --png ticket.png",
    "gateway sign-up alice --password-file - < secret",
    "gateway admin room create summer-sale --active 200 --rate 20",
    "gateway admin room create summer-sale --rate 50 --joins-at '2037-12-01 09:30' --opens-at '2037-12-01 10:00' --zone Europe/Berlin",
    "gateway admin room create summer-sale --rate 50 --joins-at '2037-12-01 09:30' --opens-at '2037-12-01 10:00' --draw-round 150157112",
    "gateway admin room draw fair-sale --without-beacon --yes",
    "gateway admin concert create moon-tour --title 'The Moon Tour' --host 'Moon Records' --currency EUR --venue-zone Europe/Berlin",
    "gateway admin schedule add moon-tour/friday --starts '2037-12-25 20:00' --ends '2037-12-25 23:00' --zone Europe/Berlin"
    " --room summer-sale",
]
FINDS_NOTHING = ["gateway admin reservations moon-tour --payment 0193e5a0-7a55-7000-8000-000000000001 --json"]
OTHER_MACHINES = ["gateway status --queue 10.0.0.1:7001,10.0.0.2:7001 --json"]
OTHERWISE = {
    **dict.fromkeys(FINDS_NOTHING, 0), **dict.fromkeys(NEEDS_A_TERMINAL, 64), **dict.fromkeys(ALREADY_DONE, 1), **dict.fromkeys(OTHER_MACHINES, 69)}


def examples():
    def names(*group):
        listed = run("gateway", *group, "--help").stdout.split("\nFor options")[0]
        return [[*group, *name.split()] for name in re.findall(r"^  (\S+(?: \S+)*)  +\S", listed, re.M)]

    for name in [name for name in names() if name != ["admin"]] + names("admin"):
        shown = run("gateway", *name, "--help").stdout.split("Examples:\n")[1].split("\n\n")[0]
        yield from re.findall(r"^  (.*)$", re.sub(r" \\\n +", " ", shown), re.M)


class Help(unittest.TestCase):
    def test_every_example_runs(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        shell = Shell(folder.name)
        self.addCleanup(shell.close)
        for line in BEFORE.replace("\\\n", "").strip().splitlines():
            self.type(shell, line)
        listed = list(examples())
        self.assertGreater(len(listed), 80)
        self.assertLessEqual(set(OTHERWISE) | set(FIRST), set(listed), "is not an example")
        for example in listed:
            if example in FIRST:
                self.type(shell, FIRST[example])
            with self.subTest(example=example):
                self.type(shell, example, OTHERWISE.get(example, 1 if re.search(STAND_INS, example) else 0))

    def type(self, shell, line, expected=0):
        printed, code = shell.type(f"{line} 2>&1")
        self.assertEqual(code, expected, f"$ {line}\n{printed}")
