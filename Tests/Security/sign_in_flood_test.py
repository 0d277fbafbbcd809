"""Runs `sign_in_flood`, which compares services under a flood with the same services before it."""

import pathlib
import subprocess
import unittest


class SignInFlood(unittest.TestCase):
    def flood(self, *options):
        flood = pathlib.Path(__file__).with_name("sign_in_flood")
        subprocess.run([flood, "--rounds", "5", "--seconds", "10", "--check", *options], check=True)

    def test_a_flood_of_wrong_passwords_leaves_sign_ins_and_payments(self):
        self.flood()

    def test_a_flood_through_a_proxy_leaves_sign_ins_and_payments(self):
        self.flood("--proxy")


if __name__ == "__main__":
    unittest.main()
