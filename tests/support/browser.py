"""A headless Chromium for tests, driven over a pipe by its DevTools protocol.

A pipe (`--remote-debugging-pipe`: JSON ended by NUL, requests on descriptor 3, answers on 4) needs no port and no
library. https://chromedevtools.github.io/devtools-protocol/ lists the methods.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Where a browser is looked for; None where this machine has none.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--mute-audio", "--remote-debugging-pipe"),
    # Nothing but this machine can be reached, whatever a page tries.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
#: Runs before any script of a page: notes scripts that run where none should, and what its policy blocks.
WATCH = """
window.ran = [];
window.violations = [];
for (const name of ["alert", "confirm", "prompt", "print"]) {
  window[name] = (what) => { window.ran.push(`${name}(${what})`); };
}
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), " ": (32, " ")}
SHIFT = 8


class Browser:
    """A browser process; `page()` opens a page in a context of its own."""

    def __init__(self, language: str = "en-US") -> None:
        self.profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        requests, self._out = os.pipe()
        self._in, answers = os.pipe()
        place = f"--user-data-dir={self.profile.name}"
        quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
        # Doubled away first, so that neither end already lies on 3 or 4.
        high = [(os.POSIX_SPAWN_DUP2, requests, 103), (os.POSIX_SPAWN_DUP2, answers, 104)]
        pipe = [(os.POSIX_SPAWN_DUP2, 103, 3), (os.POSIX_SPAWN_DUP2, 104, 4)]
        arguments = [str(CHROMIUM), *FLAGS, place, f"--lang={language}", "about:blank"]
        environment = {**os.environ, "HOME": self.profile.name, "LANGUAGE": language}
        self.pid = os.posix_spawn(
            str(CHROMIUM), arguments, environment, file_actions=[*quiet, *high, *pipe], setsid=True
        )
        os.close(requests)
        os.close(answers)
        self._read = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, patience: float = 30.0, **params: Any) -> dict[str, Any]:
        """Return the result of a protocol method. Raises RuntimeError where the browser refuses it."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        message |= {"sessionId": session} if session else {}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        number, until = self._number, time.monotonic() + patience
        while True:
            found = self.receive(until - time.monotonic())
            if found.get("id") == number:
                if "error" in found:
                    raise RuntimeError(f"{method}: {found['error']['message']}")
                return dict(found["result"])

    def receive(self, patience: float) -> dict[str, Any]:
        """Return the next message, which is kept in `events` where it is one. Raises TimeoutError."""
        while b"\0" not in self._read:
            if not select.select([self._in], [], [], max(0.0, patience))[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has ended")
            self._read += piece
        first, _, self._read = self._read.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        if "method" in message:
            self.events.append(message)
        return message

    @contextlib.contextmanager
    def page(self, url: str, width: int = 1280, height: int = 900, **media: str) -> Iterator[Page]:
        """Open a page; `media` are features such as prefers_color_scheme="dark"."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        try:
            page.prepare(width, height, media)
            page.open(url)
            yield page
        finally:
            self.call("Target.disposeBrowserContext", browserContextId=context)
            self.events.clear()

    def close(self) -> None:
        """End the browser and remove its profile."""
        with contextlib.suppress(RuntimeError, TimeoutError, OSError):
            self.call("Browser.close", patience=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._out)
        os.close(self._in)
        self.profile.cleanup()


class Page:
    """A page: what can be done to it, and what it did."""

    def __init__(self, browser: Browser, session: str) -> None:
        self.browser, self.session = browser, session

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the result of a protocol method on this page."""
        return self.browser.call(method, self.session, **params)

    def prepare(self, width: int, height: int, media: dict[str, str]) -> None:
        """Watch what the page does from its first byte on."""
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.size(width, height)
        if media:
            self.media(**media)

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        self.run("window.left = true")
        self.call("Page.navigate", url=url)
        self.wait("!window.left && document.readyState === 'complete'")

    def size(self, width: int, height: int, phone: bool = False) -> None:
        """Set the size in CSS pixels; a phone has a finger for a mouse, and two pixels for one."""
        scale = 2 if phone else 1
        screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone}
        self.call("Emulation.setDeviceMetricsOverride", **screen)
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def media(self, **features: str) -> None:
        """Set media features, as in prefers_color_scheme="dark"."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=named)

    def run(self, script: str) -> Any:
        """Return the value of an expression, awaited where it is a promise."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{script}: {found['exceptionDetails']['exception'].get('description')}")
        return found["result"].get("value")

    def wait(self, condition: str, patience: float = 15.0) -> Any:
        """Wait until an expression is true, and return its value. Raises TimeoutError."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            with contextlib.suppress(RuntimeError):  # between two documents there is none to ask
                if value := self.run(condition):
                    return value
            time.sleep(0.01)
        raise TimeoutError(f"{condition}\n{self.run('document.body.innerText')}")

    def type(self, text: str) -> None:
        """Put text in where the focus is, as an input method does."""
        self.call("Input.insertText", text=text)

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press a key and let it go."""
        code, text = KEYS[key]
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        self.call("Input.dispatchKeyEvent", type="keyDown", **({"text": text} if text else {}), **named)
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def shot(self, path: Path, whole: bool = True) -> None:
        """Write a picture of the page, or of what is in view."""
        found = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def requests(self) -> list[str]:
        """Return the addresses that were asked for, data: apart."""
        urls = [each["params"]["request"]["url"] for each in self._events("Network.requestWillBeSent")]
        return [url for url in urls if not url.startswith("data:")]

    def complaints(self) -> list[str]:
        """Return what stands in the console, errors thrown included."""
        said = [str(each["params"]["args"]) for each in self._events("Runtime.consoleAPICalled")]
        thrown = [str(each["params"]["exceptionDetails"]) for each in self._events("Runtime.exceptionThrown")]
        logged = [each["params"]["entry"]["text"] for each in self._events("Log.entryAdded")]
        return said + thrown + logged

    def _events(self, method: str) -> list[dict[str, Any]]:
        self.run("0")  # what has happened by now is read
        mine = [each for each in self.browser.events if each.get("sessionId") == self.session]
        return [each for each in mine if each["method"] == method]
