"""lynx, a browser without JavaScript and without pictures, buys over TLS. `check` runs it."""

import html
import re
import subprocess
import unittest
import urllib.parse

from edge import PASSWORD, PATIENCE
from sale import FRIDAY, Sale


class Text(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sale = cls.enterClassContext(Sale(uses_tls=True))
        cls.sale.open_sale()
        (cls.sale.folder / "lynx.cfg").write_text("PERSISTENT_COOKIES:TRUE\n")

    def lynx(self, path, *options, form=None):
        """What lynx gets from a path, or from the form that it sends there. It keeps its cookies."""
        # lynx compares the name of a site with the certificate, and no address.
        site = self.sale.url.replace("127.0.0.1", "localhost")
        cookies = self.sale.folder / "cookies"
        done = subprocess.run(
            ["lynx", f"-cfg={self.sale.folder}/lynx.cfg", "-display_charset=utf-8", "-accept_all_cookies",
             f"-cookie_file={cookies}", f"-cookie_save_file={cookies}", *(["-post_data"] if form else []), *options, site + path],
            input=urllib.parse.urlencode(form) + "\n---\n" if form else None, text=True, capture_output=True, timeout=PATIENCE,
            env={"HOME": str(self.sale.folder), "TERM": "dumb", "LANG": "C.UTF-8",
                 "SSL_CERT_FILE": str(self.sale.folder / "ca.pem")})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def press(self, page, action, **values):
        """Sends the form of a page that does `action`. Returns the next page."""
        form = next(text for text in re.findall(r"<form .*?</form>", page, re.S) if f'name=do value="{action}"' in text)
        hidden = {name: html.unescape(value) for name, value in re.findall(r'type=hidden name=(\w+) value="(.*?)"', form)}
        path = html.unescape(re.search(r'action="(.*?)"', form).group(1))
        return self.lynx(path, "-source", form=hidden | values)

    def test_a_text_browser_buys_over_tls_with_its_secure_cookie(self):
        self.press(self.lynx(f"/account?next={FRIDAY}", "-source"), "sign-up", name="reader", password=PASSWORD)
        self.assertRegex((self.sale.folder / "cookies").read_text(), r"\tTRUE\t\d+\t__Host-onsale\t")
        page = self.lynx(FRIDAY, "-source")
        for action, values in (
                ("join", {}), ("best", {"count": "2", "grade": "A"}), ("top-up", {}), ("pay", {})):
            page = self.press(page, action, **values)
            if action == "join":
                self.assert_shows(FRIDAY, "[ ] 1 [ ] 2", "Hold these seats")
        self.assertIn("Paid: €178.00", page)
        self.assertEqual(page.count('class="card ticket"'), 2)
        self.assert_shows("/tickets", "Stalls", "Valid")
        self.assert_shows(html.unescape(re.search(r'href="(/tickets/.*?)"', page).group(1)), "Valid for one person")

    def assert_shows(self, path, *texts):
        """The page of a path shows the texts, and none that needs the script."""
        shown = self.lynx(path, "-dump")
        for text in texts:
            self.assertIn(text, shown)
        for text in ("The connection is lost", "arrow keys", "Print", "(BUTTON) ["):
            self.assertNotIn(text, shown)
