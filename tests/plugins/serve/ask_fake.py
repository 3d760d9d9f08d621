"""A server that speaks the page's side of the API, and says exactly what a test wants it to say."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from toolkit_serve.ask_page import Features, ask_page

FEATURES = Features(feedback=True, max_text=200, contact="help@example.com")
BUILD = "Run `toolkit build spec.yaml`. It takes a minute."
ANSWER = {
    "id": "k3y",
    "answer": "Run `toolkit build spec.yaml`.",
    "refused": False,
    "message": "",
    "confidence": 0.93,
    "sources": [{"id": "build", "title": "How do I build?", "text": BUILD, "span": [0, 30], "score": 0.93}],
    "related": [{"id": "plan", "title": "What does plan print?", "score": 0.41}],
    "language": "en",
}
QUOTED = "😀👨‍👩‍👧先登录。点击“重置密码”。"
ANSWER_ZH = {
    **ANSWER,
    "id": "z1",
    "answer": "点击“重置密码”。\n然后按提示操作。",
    "confidence": 0.71,
    "sources": [
        {"id": "pw", "title": "怎么重置密码？", "text": QUOTED, "span": [10, 19], "score": 0.7},
        {"id": "sms", "title": "收不到短信？", "text": "检查号码。", "span": None, "score": 0.5},
    ],
    "related": [{"id": "x", "title": "账户被锁定了怎么办？", "score": 0.3}],
    "language": "zh",
}
REFUSED = {
    "id": "r3f",
    "answer": "",
    "refused": True,
    "message": "Sorry, I have no answer to that. Please write to help@example.com.",
    "confidence": 0.21,
    "sources": [],
    "related": [{"id": "plan", "title": "What does plan print?", "score": 0.41}],
    "language": "en",
}


@dataclass
class Reply:
    """An answer to a request, given after `delay` seconds: `value` as JSON, or `body` as it is."""

    value: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    body: bytes | None = None

    def bytes(self) -> bytes:
        return self.body if self.body is not None else json.dumps(self.value, ensure_ascii=False).encode()


class Fake:
    """What the server says, and what it was asked."""

    def __init__(self, title: str = "Help desk", features: Features = FEATURES) -> None:
        self.page, self.policy = ask_page(title, features)
        self.replies: dict[str, Reply | list[Reply]] = {}  # by question; a list is used up from the front
        self.feedback: list[Reply] = []
        self.asked: list[Any] = []
        self.judged: list[Any] = []
        self.strays: list[str] = []  # requests that the page has no reason for
        self.url = ""

    def get(self, path: str) -> tuple[Reply, dict[str, str]]:
        """Return what GET gives: the page, and nothing else."""
        if path == "/":
            html = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": self.policy}
            return Reply(body=self.page), html
        self.strays.append(path)
        return Reply({}, 404), {}

    def post(self, path: str, value: Any) -> Reply:
        """Return what POST gives."""
        if path == "/v1/answer":
            self.asked.append(value["question"])
            planned = self.replies.get(value["question"], Reply(ANSWER))
            return planned.pop(0) if isinstance(planned, list) else planned
        if path == "/v1/feedback":
            self.judged.append(value)
            return self.feedback.pop(0) if self.feedback else Reply({"status": "stored"})
        self.strays.append(path)
        return Reply({}, 404)


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """Serve a fake on a free port; its `url` says where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.give(*fake.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            self.give(fake.post(self.path, json.loads(body)), {"Content-Type": "application/json"})

        def give(self, reply: Reply, headers: dict[str, str]) -> None:
            time.sleep(reply.delay)
            body = reply.bytes()
            self.send_response(reply.status)
            for name, value in {**headers, **reply.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a page that gave up a request

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        fake.url = f"http://127.0.0.1:{server.server_address[1]}/"
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
