"""Buyers in Chromium buy tickets, alone and beside others. `check` runs it."""

import contextlib
import itertools
import json
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

from selenium.webdriver.common.keys import Keys

from browser import Browsers
from edge import PASSWORD
from sale import EARLY, FRIDAY, SATURDAY, SHORT, Sale

# A page must show a sale elsewhere within this time, in milliseconds. A busy machine adds some of its slowest answers.
FRESH = 2000
SLOW_ANSWERS = 3


class Buying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sale = cls.enterClassContext(Sale())
        cls.sale.open_sale()
        cls.browsers = cls.enterClassContext(Browsers(cls.sale))

    def test_buys_with_and_without_javascript_in_both_languages_at_both_widths(self):
        free = itertools.count(1)
        for javascript, language, width in itertools.product((True, False), ("en", "ko"), (320, 1280)):
            name = f"buyer-{javascript}-{language}-{width}".lower()
            with self.subTest(name), self.browsers.open(language, width, javascript) as browser:
                browser.open("/")
                browser.leave(browser.find(".cards a"))
                browser.leave(browser.find(".cards a"))
                browser.leave(browser.find("main .button"))
                browser.fill("sign-up", name=name, password=PASSWORD)
                browser.press("sign-up")
                browser.press("join")
                browser.leave(browser.find(".tabs a[href*=Stalls]"))
                row = next(free)
                browser.choose(f"Stalls-{row % 6 + 1}-{row}", f"Stalls-{row % 6 + 1}-{row + 1}")
                browser.press("reserve")
                self.assertFalse(browser.is_too_wide())
                browser.press("top-up")
                returns = browser.find(".hold").text
                self.assertIn("12:00 CEST", returns[:returns.index("178.00", returns.index("12:00 CEST"))], "before the button")
                browser.press("pay")
                self.assertEqual(len(browser.all("li.ticket")), 2)
                self.assertIn("178.00", browser.find(".note").text)
                self.assertEqual(browser.find("html").get_attribute("lang"), language)
                browser.leave(browser.find(".ticket a"))
                self.assertTrue(browser.has(".qr svg path"))
                self.assertFalse(browser.is_too_wide())
                self.assertNotIn("code", browser.path)

    def test_a_code_buys_in_a_presale_with_and_without_javascript_in_both_languages_at_both_widths(self):
        texts = {"en": ("Presale", "This code is not right"), "ko": ("선예매", "올바른 코드가 아닙니다")}
        codes = self.sale.add_presale(5)
        self.sale.other("member", "join", "moon-tour/early", "--code", codes.pop(), "--wait")
        widths = [320, 1280]

        def look(browser, presale):
            self.assertIn(presale, browser.text)
            for width in widths:
                browser.set_width(width)
                self.assertFalse(browser.is_too_wide(), browser.path)
            # The next form is sent at the other width.
            widths.reverse()

        with contextlib.ExitStack() as open_browsers:
            waiting = []
            for javascript, language in itertools.product((True, False), ("en", "ko")):
                browser = open_browsers.enter_context(self.browsers.open(language, javascript=javascript))
                presale, is_wrong = texts[language]
                code = codes.pop()
                browser.sign_up(f"presale-{javascript}-{language}".lower(), EARLY)
                look(browser, presale)
                browser.fill("join", code=code[:-1])
                browser.press("join")
                self.assertIn(is_wrong, browser.text)
                # As a person types it.
                browser.fill("join", code=f"{code[:62]}-{code[62:]}".lower())
                browser.press("join")
                self.assertTrue(browser.has(browser.form("leave")))
                look(browser, presale)
                waiting.append((browser, presale))
            # They wait together, because a page without the script asks again seldom.
            self.sale.gateway("admin", "room", "configure", "members", "--active", "5")
            for browser, presale in waiting:
                browser.wait(browser.form("enter"))
                look(browser, presale)
                browser.press("enter")
                look(browser, presale)
                for step in ("best", "top-up", "pay"):
                    browser.press(step)
                self.assertEqual(len(browser.all("li.ticket")), 2)

    def test_the_keyboard_alone_buys_a_ticket(self):
        with self.browsers.open() as browser:
            browser.open("/")
            browser.enter(".cards a")
            browser.enter(f"a[href='{SATURDAY}']")
            browser.enter("main .button")
            browser.tab_to("#up-name")
            browser.driver.switch_to.active_element.send_keys("keyboard", Keys.TAB, PASSWORD)
            browser.enter("form:has([value=sign-up]) button")
            self.assertIn("The arrow keys move between seats", browser.text)
            browser.tab_to(".map input")
            for key in (Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.SPACE):
                browser.key(key)
            self.assertEqual([box.get_attribute("value") for box in browser.all(":checked[name=seat]")], ["Balcony-B-2"])
            browser.enter("form:has([value=reserve]) button")
            browser.enter("form:has([value=top-up]) button")
            browser.enter("form:has([value=pay]) button")
            self.assertIn("Balcony-B-2", browser.text)

    def test_the_map_shows_a_sale_elsewhere_and_the_lost_seat(self):
        with self.browsers.open() as browser:
            browser.sign_up("watcher", SATURDAY)
            browser.choose("Balcony-C-5")
            browser.driver.execute_script("""
                window.changed = new Promise((done) => {
                  const box = document.querySelector("input[value='Balcony-C-5']");
                  new MutationObserver(() => box.disabled && done(Date.now())).observe(box, {attributes: true});
                });""")
            self.sale.other("rival", "reserve", "moon-tour/saturday", "Balcony-C-5")
            held = json.loads(self.sale.gateway(
                "reservations", "--json", XDG_CONFIG_HOME=str(self.sale.folder / "rival")))[0]["reservedAt"]
            changed, reserved = browser.driver.execute_async_script(
                "window.changed.then((at) => arguments[1]([at, Date.parse(arguments[0])]))", held)
            slowest = browser.driver.execute_script(
                "return Math.max(...performance.getEntriesByType('resource').map((each) => each.duration))")
            self.assertLess(changed - reserved, FRESH + SLOW_ANSWERS * slowest)
            self.assertIn("Balcony-C-5", browser.find("[data-summary]").text)
            # A form that was sent too late explains it, and holds nothing. The next answer would disable its button again.
            page = browser.find("main").id
            browser.driver.execute_script("""
                const box = document.querySelector("input[value='Balcony-C-5']");
                [box.disabled, box.checked, box.form.querySelector("button").disabled] = [false, true, false];
                box.form.requestSubmit();""")
            browser.until(lambda: browser.find("main").id != page)
            self.assertIn("Another buyer was faster", browser.text)

    def test_a_hold_counts_down_and_expires_on_the_page(self):
        with self.browsers.open() as scripted, self.browsers.open(javascript=False) as plain:
            for browser, name in ((plain, "late-plain"), (scripted, "late-scripted")):
                browser.sign_up(name, SHORT)
                browser.press("best")
            shown, left = scripted.driver.execute_script("""
                const timer = document.querySelector(".hold [data-until]");
                return [timer.textContent, Number(timer.dataset.until) - Date.now()];""")
            minutes, seconds = map(int, shown.split(":"))
            self.assertLessEqual(abs(minutes * 60 + seconds - left / 1000), 1)
            # Both reload by themselves.
            for browser in (plain, scripted):
                browser.until(lambda: not browser.has(".hold"))
                self.assertIn("The time to pay has passed", browser.text)
                self.assertTrue(browser.has(".map"))

    def test_a_form_that_is_sent_twice_reserves_tops_up_and_pays_once(self):
        with self.browsers.open() as browser:
            browser.sign_up("twice", SATURDAY)
            self.send_twice(browser, "best")
            self.send_twice(browser, "top-up")
            self.send_twice(browser, "pay")
            browser.open("/tickets")
            self.assertEqual(len(browser.all("li.ticket")), 2)
            browser.open("/wallet")
            self.assertEqual(browser.find(".big").text, "€0.00")
            # Reload and the back button change nothing.
            browser.driver.refresh()
            browser.driver.back()
            browser.open("/wallet")
            self.assertEqual(browser.find(".big").text, "€0.00")
            self.assertEqual(len(browser.all("tbody tr")), 3)

    def send_twice(self, browser, action):
        """Sends the form of the page two times at once, as a double press without the script does."""
        form = browser.find(browser.form(action))
        fields = [(name, value) for name, value in browser.driver.execute_script("return [...new FormData(arguments[0])]", form)]
        target = urllib.parse.urljoin(browser.driver.current_url, form.get_attribute("action"))
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in browser.driver.get_cookies())
        request = urllib.request.Request(
            target, urllib.parse.urlencode(fields).encode(), {"Cookie": cookie, "Origin": self.sale.url})
        statuses = []
        both = [threading.Thread(target=lambda: statuses.append(urllib.request.urlopen(request).status)) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()
        self.assertEqual(statuses, [200, 200], action)
        browser.driver.get(target)

    def test_tickets_go_back_from_their_page_and_the_money_comes(self):
        with self.browsers.open() as browser:
            browser.sign_up("returner", FRIDAY)
            browser.press("join")
            browser.press("best")
            browser.press("top-up")
            browser.press("pay")
            browser.leave(browser.find(".ticket a"))
            browser.leave(browser.find("a[href*='/return']"))
            self.assertIn("€89.00", browser.text)
            for box in browser.all("fieldset input:not(:checked)"):
                box.click()
            browser.leave(browser.find("form[method=get] button"))
            self.assertIn("€178.00", browser.text)
            browser.press("give-back")
            self.assertIn("given back", browser.find(".note").text)
            self.assertEqual([badge.text for badge in browser.all("li.ticket .badge")], ["Returned", "Returned"])
            browser.until(lambda: browser.open("/wallet") or browser.find(".big").text == "€178.00")

    def test_a_ticket_fits_a_calendar_and_keeps_its_code_to_itself(self):
        with self.browsers.open() as browser:
            browser.sign_up("keeper", SATURDAY)
            browser.press("best")
            browser.press("top-up")
            browser.press("pay")
            browser.leave(browser.find(".ticket a"))
            self.assertEqual(browser.find(".actions button").text, "Print")
            cookie = "; ".join(f"{each['name']}={each['value']}" for each in browser.driver.get_cookies())
            calendar = urllib.request.urlopen(urllib.request.Request(
                browser.find("a[href*=calendar]").get_attribute("href"), headers={"Cookie": cookie})).read().decode()
            self.assertIn("DTSTART:20370403T180000Z", calendar)
            foreign = urllib.request.Request(browser.driver.current_url)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(foreign)
            self.assertEqual(refused.exception.code, 401)
