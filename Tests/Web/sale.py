"""The programs with a sale, and buyers beside the one in the browser."""

import json
import re

from edge import Edge

FRIDAY = "/moon-tour/friday"
SATURDAY = "/moon-tour/saturday"
SHORT = "/moon-tour/short"
EARLY = "/moon-tour/early"


class Sale(Edge):
    """The Moon Tour: friday behind the waiting room `sale`, saturday without one, and short with holds of 6 seconds."""

    def start(self, name, program, *options):
        self.started = {**getattr(self, "started", {}), name: (program, options)}
        super().start(name, program, *options)

    def restart(self, name):
        """Starts a program again that was stopped, at its address and with its options."""
        program, options = self.started[name]
        self.start(name, program, *options)

    def open_sale(self, active=100):
        self.gateway("admin", "credential", "--keys", "keys")
        self.gateway("admin", "room", "create", "sale", "--active", str(active), "--ready", "10m")
        self.gateway("admin", "room", "open", "sale")
        self.gateway(
            "admin", "concert", "create", "moon-tour", "--title", "The Moon Tour", "--host", "Moon Records", "--currency", "EUR",
            "--venue-zone", "Europe/Berlin")
        (self.folder / "hall.csv").write_text("Stalls, 1-6, 1-20, A, 89.00\nBalcony, A-C, 1-10, C, 45.50\n")
        self.add_date("friday", "--room", "sale", "--seats-per-user", "50", "--cancel-until", "2037-04-03 12:00")
        self.add_date("saturday", "--seats-per-user", "10")
        self.add_date("short", "--hold", "6s")

    def add_date(self, name, *options, hall="hall.csv"):
        self.gateway(
            "admin", "schedule", "add", f"moon-tour/{name}", "--starts", "2037-04-03 20:00", "--ends", "2037-04-03 23:00",
            *options)
        self.gateway("admin", "seats", "set", f"moon-tour/{name}", "--hall", hall)

    def cancel(self, name):
        """Adds a date, and cancels it."""
        self.add_date(name)
        cancel = ["admin", "schedule", "cancel", f"moon-tour/{name}", "--reason", "Storm warning"]
        confirmation = re.search(r"--confirmation (\S+)", self.gateway(*cancel)).group(1)
        self.gateway(*cancel, "--confirmation", confirmation)

    def add_presale(self, codes):
        """The date early, whose room opens later. Its presale lets in one buyer at once. Returns codes for it."""
        self.gateway("admin", "room", "create", "doors", "--joins-at", "2037-01-01 09:00", "--opens-at", "2037-01-01 10:00")
        self.gateway("admin", "room", "create", "members", "--needs-code", "--active", "1", "--ready", "10m")
        self.gateway("admin", "room", "open", "members")
        self.add_date("early", "--room", "doors")
        self.gateway("admin", "schedule", "presales", "moon-tour/early", "members")
        return [each["code"] for each in self.operator_json("admin", "room", "codes", "members", "--count", str(codes))]

    def other(self, name, *words):
        """A command of another buyer, who signs up first. Returns its JSON."""
        home = {"XDG_CONFIG_HOME": str(self.folder / name)}
        if not (self.folder / name).exists():
            self.gateway("sign-up", name, **home)
        return json.loads(self.gateway(*words, "--json", **home) or "null")

    def operator_json(self, *words):
        return json.loads(self.gateway(*words, "--json"))

    def waiting(self):
        """The numbers of the waiting room."""
        return self.operator_json("admin", "room", "show", "sale")
