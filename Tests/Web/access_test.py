"""Every page for everybody: axe in light and dark colours, 320 pixels, and 200 % of the size. `check` runs it."""

import os
import pathlib
import sys
import unittest

from browser import Browsers
from sale import EARLY, FRIDAY, SATURDAY, Sale

# The folder for pictures of all pages. None: no pictures.
PICTURES = os.environ.get("ONSALE_WEB_PICTURES")


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sale = cls.enterClassContext(Sale())
        cls.sale.open_sale(active=1)
        cls.sale.add_presale(1)
        cls.sale.cancel("gone")
        cls.browsers = cls.enterClassContext(Browsers(cls.sale))

    def test_no_page_has_a_serious_finding_or_scrolls_sideways(self):
        # Pictures are taken in both languages.
        for language in ("ko", "en") if PICTURES else ("ko",):
            with self.subTest(language), self.browsers.open(language) as browser:
                self.assertEqual(self.findings(browser, f"accessible-{language}"), [])

    def findings(self, browser, name):
        """Returns the findings on the pages that a new buyer sees."""
        found, pages = [], 0

        def look():
            nonlocal pages
            pages += 1
            violations = browser.violations()
            print(f"axe {browser.path}: {len(violations)} serious or critical, light and dark", file=sys.stderr)
            found.extend(violations)
            # 320 pixels are also 1280 pixels at 400 %.
            for width in (320, 1280):
                browser.set_width(width)
                if browser.is_too_wide():
                    found.append(f"{browser.path} is too wide for {width} pixels")
                for is_dark in (False, True) if PICTURES else ():
                    browser.set_dark(is_dark)
                    colours = "dark" if is_dark else "light"
                    browser.screenshot(pathlib.Path(PICTURES) / f"{name}-{pages:02}-{width}-{colours}.png")
            browser.set_dark(False)

        self.sale.other("before", "join", "moon-tour/friday", "--wait")
        for path in ("/", "/moon-tour", FRIDAY, "/account", "/tickets", "/nothing", "/moon-tour/gone"):
            browser.open(path)
            look()
        browser.sign_up(name, FRIDAY)
        look()
        browser.press("join")
        look()
        self.sale.other("before", "leave")
        browser.wait(browser.form("enter"))
        look()
        browser.press("enter")
        look()
        for action in ("best", "top-up", "pay"):
            browser.press(action)
            look()
        for selector in (".ticket a", "a[href*='/return']"):
            browser.leave(browser.find(selector))
            look()
        for path in ("/wallet", "/account", SATURDAY, EARLY):
            browser.open(path)
            look()
        browser.fill("join", code="wrong")
        browser.press("join")
        look()
        self.sale.stop("concert")
        browser.open(SATURDAY)
        look()
        self.sale.restart("concert")
        return found
