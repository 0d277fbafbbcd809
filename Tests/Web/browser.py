"""Chromium as a buyer uses it: by language, width and colours, with and without JavaScript."""

import contextlib
import os
import pathlib
import signal
import tempfile

from axe_core_python.base import AXE_SCRIPT
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from edge import PASSWORD, PATIENCE

HEIGHT = 900
POLL = 0.05
# More keys than this between two fields mean that the keyboard cannot reach a field.
MOST_TABS = 40


class Browsers:
    """The browsers of a test class, because a start takes long. Use it in a `with`."""

    def __init__(self, site):
        self.site, self.idle = site, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for browser in self.idle.values():
            browser.quit()

    @contextlib.contextmanager
    def open(self, language="en", width=1280, javascript=True):
        """A browser without cookies. After a block without errors, it waits for the next one."""
        browser = self.idle.pop(javascript, None) or Browser(self.site, javascript)
        try:
            browser.set_language(language)
            browser.set_width(width)
            yield browser
            if not browser.is_killed:
                browser.forget()
                self.idle.setdefault(javascript, browser)
        finally:
            if browser not in self.idle.values():
                browser.quit()


class Browser:
    """A browser with an empty profile."""

    def __init__(self, site, javascript):
        self.site, self.is_killed = site, False
        self.folder = tempfile.TemporaryDirectory(prefix="onsale-browser-", ignore_cleanup_errors=True)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", f"--user-data-dir={self.folder.name}",
                f"--window-size=1280,{HEIGHT}"):
            options.add_argument(argument)
        preferences = {"credentials_enable_service": False}
        if not javascript:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(PATIENCE)

    def quit(self):
        self.driver.quit()
        self.folder.cleanup()

    def forget(self):
        """Closes all tabs but one, and removes what sites have stored."""
        for tab in self.driver.window_handles[1:]:
            self.driver.switch_to.window(tab)
            self.driver.close()
        self.driver.switch_to.window(self.driver.window_handles[0])
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})

    def kill(self):
        """Ends all processes of the browser at once, as a crash does."""
        self.is_killed = True
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if f"--user-data-dir={self.folder.name}".encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                pass  # It has ended already.

    def set_language(self, language):
        """Changes the language that the browser prefers."""
        agent = self.driver.execute_script("return navigator.userAgent")
        self.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})

    def set_width(self, width, height=HEIGHT):
        """Emulates a screen, because a window is never under 500 pixels."""
        self.width = width
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})

    def set_dark(self, is_dark):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}]})

    # Pages

    def open(self, path):
        self.driver.get(self.site.url + path)

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.site.url)

    @property
    def text(self):
        return self.find("main").text

    def find(self, selector):
        """The first element that matches. The error shows what the page says instead."""
        found = self.all(selector)
        if not found:
            page = "\n".join(each.text for each in self.all("main"))
            raise LookupError(f"{self.path} has no {selector}:\n{page}")
        return found[0]

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def has(self, selector):
        return bool(self.all(selector))

    def wait(self, selector):
        """The first element that matches, as soon as there is one."""
        return self.until(lambda: self.find(selector))

    def until(self, condition):
        # An element can disappear with its page between two commands.
        return WebDriverWait(self.driver, PATIENCE, POLL, ignored_exceptions=(WebDriverException, LookupError)).until(
            lambda _: condition())

    def leave(self, element):
        """Clicks what leads to another page or another content, and waits for that."""
        page = self.find("main").id
        element.click()
        self.until(lambda: self.find("main").id != page)

    # Forms

    def form(self, action):
        return f"form:has(input[name=do][value={action}])"

    def press(self, action):
        """Sends the form that does `action`, and waits for the next page."""
        self.leave(self.find(f"{self.form(action)} button"))

    def fill(self, action, **values):
        for name, value in values.items():
            field = self.find(f"{self.form(action)} [name={name}]")
            field.clear()
            field.send_keys(value)

    def sign_up(self, name, path="/"):
        self.open(f"/account?next={path}")
        self.fill("sign-up", name=name, password=PASSWORD)
        self.press("sign-up")

    def sign_in(self, name):
        self.fill("sign-in", name=name, password=PASSWORD)
        self.press("sign-in")

    def top_up(self, amount):
        self.open("/wallet")
        self.fill("top-up", amount=amount)
        self.press("top-up")

    def choose(self, *seats):
        for seat in seats:
            box = self.find(f"input[value='{seat}']")
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", box)
            box.click()

    # Keys

    def key(self, key):
        ActionChains(self.driver).send_keys(key).perform()

    def tab_to(self, selector):
        """Presses Tab until the element has the focus."""
        for _ in range(MOST_TABS):
            self.key(Keys.TAB)
            if self.driver.execute_script("return document.activeElement.matches(arguments[0])", selector):
                return
        raise AssertionError(f"Tab does not reach {selector} of {self.path}")

    def enter(self, selector):
        """Reaches a button or a link by Tab, and presses it by Enter."""
        page = self.find("main").id
        self.tab_to(selector)
        self.key(Keys.ENTER)
        self.until(lambda: self.find("main").id != page)

    # Checks

    def violations(self):
        """The serious and critical findings of axe, in light and dark colours."""
        found = []
        for is_dark in (False, True):
            self.set_dark(is_dark)
            self.driver.execute_script(AXE_SCRIPT)
            result = self.driver.execute_async_script("axe.run().then(arguments[0])")
            found += [
                f"{self.path} {'dark' if is_dark else 'light'}: {rule['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
                for rule in result["violations"] if rule["impact"] in ("serious", "critical") for node in rule["nodes"][:2]]
        self.set_dark(False)
        return found

    def is_too_wide(self):
        """True if the page scrolls sideways."""
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth > arguments[0] || innerWidth > arguments[0]", self.width)

    def screenshot(self, path):
        """The whole page as a PNG file."""
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        self.set_width(self.width, int(size["height"]))
        pathlib.Path(path).write_bytes(self.driver.get_screenshot_as_png())
        self.set_width(self.width)
