"""Every page for everybody: axe in light and dark colours, 320 pixels, and 200 % of the size. `check` runs it."""

import unittest

from browser import Browser
from sale import EARLY, FRIDAY, SATURDAY, Sale


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sale = cls.enterClassContext(Sale())
        cls.sale.open_sale(active=1)
        cls.sale.add_presale(1)

    def test_no_page_has_a_serious_finding_or_scrolls_sideways(self):
        self.sale.other("before", "join", "moon-tour/friday", "--wait")
        with Browser(self.sale, language="ko") as browser:
            found = []

            def look():
                found.extend(browser.violations())
                # 320 pixels are also 1280 pixels at 400 %.
                browser.set_width(320)
                if browser.is_too_wide():
                    found.append(f"{browser.path} is too wide for 320 pixels")
                browser.set_width(1280)

            for path in ("/", "/moon-tour", FRIDAY, "/account", "/tickets", "/nothing"):
                browser.open(path)
                look()
            browser.sign_up("accessible", FRIDAY)
            look()
            browser.press("join")
            look()
            self.sale.other("before", "leave")
            browser.wait(browser.form("enter"))
            look()
            browser.press("enter")
            look()
            browser.press("best")
            look()
            browser.press("top-up")
            look()
            browser.press("pay")
            look()
            browser.leave(browser.find(".ticket a"))
            look()
            browser.leave(browser.find("a[href*='/return']"))
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
            self.assertEqual(found, [])
