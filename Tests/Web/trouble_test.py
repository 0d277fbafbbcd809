"""Sales with trouble, in Chromium: crowds, kills, restarts, sessions that end, and services that are away. `check` runs it."""

import unittest
import urllib.error
import urllib.request

from browser import Browsers
from edge import PASSWORD
from sale import FRIDAY, SATURDAY, Sale


class Crowd(unittest.TestCase):
    """A room that lets one buyer in."""

    @classmethod
    def setUpClass(cls):
        cls.sale = cls.enterClassContext(Sale())
        cls.sale.open_sale(active=1)
        cls.browsers = cls.enterClassContext(Browsers(cls.sale))

    def test_two_tabs_keep_one_place_and_its_number_only_falls(self):
        self.sale.other("first", "join", "moon-tour/friday", "--wait")
        for name in ("second", "third"):
            self.sale.other(name, "join", "moon-tour/friday")
        with self.browsers.open() as browser:
            browser.sign_up("two-tabs", FRIDAY)
            browser.press("join")
            self.assertEqual(browser.find(".huge").text, "2")
            number = next(line for line in browser.text.splitlines() if "Your number is" in line)
            one = browser.driver.current_window_handle
            browser.driver.switch_to.new_window("tab")
            browser.open(FRIDAY)
            self.assertEqual(browser.find(".huge").text, "2")
            self.assertIn(number, browser.text)
            self.assertEqual(self.sale.waiting()["waiting"], 3)
            # The service restarts in the middle. The page goes on by itself.
            self.sale.stop("queue")
            self.sale.restart("queue")
            self.sale.gateway("admin", "room", "message", "sale", "Doors open earlier.")
            self.sale.other("second", "leave")
            browser.until(lambda: "Doors open earlier." in browser.text and browser.find(".huge").text == "1")
            self.sale.other("third", "leave")
            browser.until(lambda: "You are next" in browser.text)
            self.sale.other("first", "leave")
            browser.wait(browser.form("enter"))
            browser.press("enter")
            self.assertTrue(browser.has(".map"))
            browser.driver.switch_to.window(one)
            browser.open(FRIDAY)
            self.assertTrue(browser.has(".map"), "the other tab is inside, too")
            browser.press("leave")
            self.assertIn("You have left the line", browser.text)

    def test_everything_is_sold_while_a_buyer_waits(self):
        (self.sale.folder / "small.csv").write_text("Stalls, 1, 1-2, A, 10.00\n")
        self.sale.add_date("small", "--room", "sale", hall="small.csv")
        self.sale.other("quick", "join", "moon-tour/small", "--wait")
        with self.browsers.open() as browser:
            browser.sign_up("patient", "/moon-tour/small")
            browser.press("join")
            self.sale.other("quick", "top-up", "20 EUR")
            self.sale.other("quick", "buy", "moon-tour/small", "--best", "2", "--grade", "A", "--yes")
            browser.wait(browser.form("enter"))
            browser.press("enter")
            self.assertIn("All seats of this date are sold or held", browser.text)
            self.assertFalse(browser.has(browser.form("best")))
            browser.press("leave")

    def test_a_line_that_is_paused_or_closed_says_so(self):
        self.sale.gateway("admin", "room", "create", "short-lived", "--active", "1")
        self.sale.gateway("admin", "room", "open", "short-lived")
        self.sale.add_date("brief", "--room", "short-lived")
        self.sale.other("inside", "join", "moon-tour/brief", "--wait")
        with self.browsers.open() as browser:
            browser.sign_up("outside", "/moon-tour/brief")
            browser.press("join")
            self.sale.gateway("admin", "room", "pause", "short-lived")
            browser.until(lambda: "The sale is paused. You keep your place" in browser.text)
            self.sale.gateway("admin", "room", "close", "short-lived", "--yes")
            browser.until(lambda: "The line is closed" in browser.text)
            self.assertFalse(browser.has(browser.form("join")))


class Trouble(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sale = cls.enterClassContext(Sale("--call-timeout", "3s"))
        cls.sale.open_sale()
        cls.browsers = cls.enterClassContext(Browsers(cls.sale))

    def test_a_session_that_ends_at_any_step_loses_nothing(self):
        with self.browsers.open() as browser:
            browser.sign_up("forgetful", FRIDAY)
            for action, selector in (
                    ("join", ".map"), ("best", ".hold"), ("top-up", ".hold"), ("pay", "li.ticket")):
                browser.driver.delete_cookie("onsale")
                browser.press(action)
                self.assertIn("Please sign in", browser.text, action)
                self.assertIn("Nothing is lost", browser.text, action)
                browser.sign_in("forgetful")
                self.assertEqual(browser.path, FRIDAY)
                browser.press(action)
                browser.wait(selector)
            for page in ("/tickets", "/wallet", browser.find("li.ticket a").get_attribute("href").removeprefix(self.sale.url)):
                browser.driver.delete_cookie("onsale")
                browser.open(page)
                browser.sign_in("forgetful")
                self.assertEqual(browser.path.split("?")[0], page.split("?")[0])
            browser.open("/wallet")
            self.assertEqual(browser.find(".big").text, "€0.00")

    def test_a_turn_that_ends_on_the_map_is_explained(self):
        # The script would load the page again as soon as it cannot renew its pass.
        with self.browsers.open(javascript=False) as browser:
            browser.sign_up("robot", FRIDAY)
            browser.press("join")
            place = next(each["placeId"] for each in self.sale.operator_json("admin", "user", "places", "robot"))
            self.sale.gateway("admin", "room", "revoke", "sale", place, "--reason", "Bought by a robot")
            browser.press("best")
            self.assertIn("Your turn is over", browser.text)
            self.assertIn("Seats that you hold stay yours", browser.text)
            self.assertIn("The organiser has ended your place: Bought by a robot", browser.text)
            self.assertTrue(browser.has(browser.form("join")))

    def test_a_browser_that_dies_at_the_payment_pays_once(self):
        with self.browsers.open() as browser:
            browser.sign_up("killed", SATURDAY)
            browser.press("best")
            browser.press("top-up")
            browser.driver.execute_script("document.querySelector(arguments[0]).requestSubmit()", browser.form("pay"))
            browser.kill()
        with self.browsers.open() as browser:
            browser.open(f"/account?next={SATURDAY}")
            browser.sign_in("killed")
            # The payment of the dead browser has arrived, or it arrives now, or it never will.
            if browser.has(browser.form("pay")):
                browser.press("pay")
            browser.until(lambda: browser.open("/tickets") or len(browser.all("li.ticket")) == 2)
            browser.open("/wallet")
            self.assertEqual(browser.find(".big").text, "€0.00")
            self.assertEqual([row.text for row in browser.all("td:nth-child(2)")].count("Payment"), 1)

    def test_a_payment_without_a_decision_waits_and_then_pays(self):
        with self.browsers.open() as browser:
            browser.sign_up("undecided", SATURDAY)
            browser.press("best")
            browser.press("top-up")
            self.sale.stop("concert")
            browser.press("pay")
            self.assertIn("safe", browser.text)
            self.sale.restart("concert")
            browser.open(SATURDAY)
            browser.press("pay")
            self.assertEqual(len(browser.all("li.ticket")), 2)

    def test_each_service_can_be_away_and_come_back(self):
        with self.browsers.open() as browser:
            browser.sign_up("unlucky", FRIDAY)
            for service in ("queue", "concert", "wallet"):
                self.sale.stop(service)
                browser.open("/tickets" if service == "concert" else "/wallet" if service == "wallet" else FRIDAY)
                self.assertIn("One part of the shop is not available", browser.text, service)
                self.assertIn("are safe", browser.text, service)
                self.sale.restart(service)
            browser.open(FRIDAY)
            self.assertTrue(browser.has(browser.form("join")))

    def test_too_little_money_names_the_missing_amount(self):
        with self.browsers.open() as browser:
            browser.sign_up("poor", SATURDAY)
            browser.press("best")
            browser.press("top-up")
            # Another device of the buyer spends the money.
            home = {"XDG_CONFIG_HOME": str(self.sale.folder / "poor")}
            self.sale.gateway("sign-in", "poor", **home)
            self.sale.gateway("buy", "moon-tour/short", "--best", "1", "--grade", "A", "--yes", **home)
            browser.press("pay")
            self.assertIn("There is too little money in your wallet", browser.text)
            self.assertIn("Your seats are still held", browser.text)
            self.assertIn("€89.00", browser.find("strong.bad").text)

    def test_addresses_that_lead_nowhere_have_the_right_status(self):
        for path, status in (
                ("/nothing", 404), ("/moon-tour/never", 404), ("/tickets", 401), ("/wallet", 401), ("/a/b/c", 404),
                ("/moon-tour/friday?part=line", 401), ("/_/nothing.css", 404), ("/%3Cscript%3E", 404)):
            with self.subTest(path), self.assertRaises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(self.sale.url + path)
            self.assertEqual(error.exception.code, status)
            page = error.exception.read().decode()
            self.assertIn("<h1>", page)
            self.assertNotIn("<script>", page)

    def test_wrong_names_and_passwords_are_explained_beside_the_form(self):
        with self.browsers.open() as browser:
            browser.open("/account")
            browser.fill("sign-up", name="Upper Case", password=PASSWORD)
            browser.press("sign-up")
            self.assertIn("One field is not right", browser.text)
            browser.fill("sign-in", name="nobody", password=PASSWORD)
            browser.press("sign-in")
            self.assertIn("Name or password is wrong", browser.text)
            self.assertEqual(browser.find("#in-name").get_attribute("value"), "nobody")
            browser.fill("sign-in", password=PASSWORD)
            browser.driver.set_network_conditions(offline=True, latency=0, throughput=0)
            browser.find(f"{browser.form('sign-in')} button").click()
            browser.until(lambda: "The connection is lost" in browser.text)
            browser.driver.delete_network_conditions()
