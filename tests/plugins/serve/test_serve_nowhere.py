"""Paths and addresses in what clients send are text: nothing is opened, nobody is called (figure G29)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Runs in a process of its own, as an audit hook stays for ever.
CHILD = r"""
import asyncio, json, sys
import fuzz
from serve_fakes import VECTORS, FakeStore, FakeSystem
from serve_http import LIMITS, applied

PLANTED = sys.argv[1]
PATHS = ["/etc/passwd", "../../../etc/passwd", "..\\..\\boot.ini", "%2e%2e%2fetc%2fpasswd", "C:\\x", "\\\\host\\share",
         "/proc/self/environ", "~/.ssh/id_rsa", "/dev/zero", "a\x00.txt", "....//....//etc/passwd", "/tmp/" + "a" * 100]
URLS = ["http://169.254.169.254/latest", "http://2852039166/", "http://a@127.0.0.1/", "http:\\\\127.0.0.1\\", "data:,a",
        "file:///etc/passwd", "gopher://127.0.0.1:1/", "//evil.example/x", "ldap://evil.example/a", "jar:http://x!/"]
heard, watching = [], False
WATCHED = ("open", "os.", "shutil.", "socket.", "subprocess.", "urllib.", "import", "exec", "compile", "ftp", "glob.")

def hook(event, args):
    if watching and event.startswith(WATCHED):
        heard.append((event, repr(args)[:100]))

class Opening(FakeSystem):
    def one(self, row):
        try:
            open(row["question"]).close()
        except (OSError, ValueError):
            pass
        return super().one(row)

def requests(document):
    for path, methods in document["paths"].items():
        for shown in fuzz.bodies(methods["post"]) if "post" in methods else ():
            for name, value in shown.items():
                for payload in PATHS + URLS:
                    for put in ([payload] if isinstance(value, list) else payload, payload):
                        yield fuzz.Asked("POST", path, {}, json.dumps({**shown, name: put}).encode())
    for payload in PATHS + URLS:
        yield fuzz.Asked("GET", "/" + payload)
        for header in ("x-request-id", "origin", "host", "authorization", "x-forwarded-host", "x-original-url"):
            yield fuzz.Asked("GET", "/docs", {header: payload.replace("\x00", "")})

async def main():
    global watching
    system = (Opening if PLANTED == "yes" else FakeSystem)(gives=VECTORS)
    with applied(system, LIMITS, store=FakeStore()) as app:
        document = json.loads((await fuzz.call(app, fuzz.Asked("GET", "/openapi.json"))).body)
        asked = list(requests(document))
        for each in asked[:10]:  # what is imported or opened once, at the first request, is ours
            await fuzz.call(app, each)
        sys.addaudithook(hook)
        watching = True
        statuses = [(await fuzz.call(app, each)).status for each in asked]
        watching = False
    print(json.dumps({"asked": len(asked), "answered": statuses.count(200), "worst": max(statuses), "heard": heard}))

asyncio.run(main())
"""


@pytest.mark.parametrize("planted", ["no", "yes"])
def test_payloads_open_nothing_and_call_nobody(planted):
    paths = os.pathsep.join([str(Path(__file__).parent), *(path for path in sys.path if path)])
    shown = subprocess.run(
        [sys.executable, "-c", CHILD, planted],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    found = json.loads(shown.stdout)
    assert found["asked"] >= 400 and found["answered"] >= 100 and found["worst"] < 500
    if planted == "no":
        assert found["heard"] == []
    else:
        assert any(event == "open" and "/etc/passwd" in args for event, args in found["heard"])
