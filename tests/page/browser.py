"""The page as a user meets it: a tab in headless Chromium, which keeps what goes wrong in it."""

import json
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

from manekko.bench.browser import READY


class Tab:
    """A tab on the page; what goes wrong in it is kept, for a test to find that nothing did."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        """Addresses of all that was asked for, by what it opens too."""
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def open(self, address: str) -> "Tab":
        """Go to the page and wait until its first picture is drawn."""
        self.page.goto(address)
        self.page.wait_for_selector(READY, state="attached", timeout=60_000)
        return self

    def ask(self, script: str, argument: Any = None) -> Any:
        """Return what a JavaScript function gives, in the page."""
        return self.page.evaluate(script, argument)

    def wait(self, script: str, timeout_s: float = 60.0) -> None:
        """Wait until a JavaScript function gives something true."""
        self.page.wait_for_function(script, timeout=timeout_s * 1000.0)

    def button(self, name: str) -> Locator:
        """Return the button of that very name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def dancer_ids(self) -> list[int]:
        """Return who is on stage."""
        return self.ask("() => window.manekko.viewer.dancers.value.map((dancer) => dancer.id)")

    def bones(self, dancer: int) -> dict[str, list[float]]:
        """Return where a dancer's bones are now, in MMD's units."""
        script = "id => JSON.stringify([...window.manekko.viewer.bonePositions(id)])"
        return dict(json.loads(self.ask(script, dancer)))

    def seek(self, time_s: float) -> None:
        """Go to a time, and wait until it is drawn."""
        self.ask("timeS => window.manekko.viewer.clock.seek(timeS)", time_s)
        self.page.wait_for_function(
            "timeS => Math.abs(window.manekko.viewer.clock.timeS.value - timeS) < 1e-6", arg=time_s
        )
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is drawn and shown."""
        self.ask("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def assert_quiet(self, *but: str) -> None:
        """Fail on an error or a failed request so far, those that hold one of these words apart."""
        left = [error for error in self.errors if not any(words in error for words in but)]
        assert not left, "\n".join(left)

    def asked_elsewhere(self, home: str) -> list[str]:
        """Return what was asked for that lies neither under the page's own address nor in the page itself."""
        return [url for url in self.requests if not url.startswith((home, "blob:", "data:"))]

    def _heard(self, message: ConsoleMessage) -> None:
        # SwiftShader says in warnings that it is slow.
        if message.type == "error":
            self.errors.append(message.text)

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.errors.append(f"{answer.status} {answer.url}")

    def _failed(self, request: Request) -> None:
        # A video that is no longer wanted is cut off.
        if request.failure != "net::ERR_ABORTED":
            self.errors.append(f"{request.failure}: {request.url}")
