"""Hostile requests as bytes, and what an HTTP server makes of them."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from serve_http import raw, status

GOOD = b'{"question": "hello"}'
#: Other routes than /v1/predict: path, the names of the fields for one and many, and a body that is taken.
OTHERS = [
    (b"/v1/answer", b"question", b"questions", GOOD),
    (b"/v1/feedback", b"id", b"helpful", b'{"id": "id-0", "helpful": true}'),
    (b"/v1/embeddings", b"input", b"input", b'{"input": "hello"}'),
]


def framed(body: bytes, path: bytes = b"/v1/predict", method: bytes = b"POST", **headers: bytes) -> bytes:
    """Return a well-formed request around `body`; `headers` replace its own, None leaves one out."""
    own = {"Host": b"127.0.0.1", "Content-Type": b"application/json", "Content-Length": str(len(body)).encode()}
    own |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [method + b" " + path + b" HTTP/1.1"]
    lines += [name.encode() + b": " + value for name, value in own.items() if value is not None]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def bodies(one: bytes = b"question", many: bytes = b"inputs", good: bytes = GOOD) -> Iterator[tuple[str, bytes]]:
    """Yield bodies that are no question; `one` and `many` name the fields of a route, `good` is what it takes."""
    numbers = [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1" * 5000, b"01", b"+1", b".5", b"1.", b"0x1F"]
    texts = [b'"\\ud800"', b'"\\udc00x"', b'"\\ud800\\ud800"', b'"\xed\xa0\x80"', b'"\xff"', b'"\xc0\xaf"', b'"\\u12"']
    other = [
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'"a"' * 2,
        b"'a'",
        b"undefined",
        b"[1,]",
        b"/**/1",
        b'"a\nb"',
        b'"a\x00b"',
    ]
    for value in [*numbers, *texts, *other]:
        yield f"field {value[:20]!r}", b'{"%s": %s}' % (one, value)
        yield f"body {value[:20]!r}", value
        yield f"name {value[:20]!r}", b'{%s: "hello"}' % value
        yield f"batch {value[:20]!r}", b'{"%s": [%s]}' % (many, value)
        yield f"list {value[:20]!r}", b'{"%s": %s}' % (many, value)
    for depth in (31, 40, 500, 5000, 20000):
        yield f"lists {depth}", b'{"%s": %s}' % (one, b"[" * depth + b"]" * depth)
        yield f"open lists {depth}", b"[" * depth
        yield f"objects {depth}", b'{"%s":' % one * depth + b"1" + b"}" * depth
    yield "empty", b""
    yield "blank", b" " * 100
    yield "byte order mark", b"\xef\xbb\xbf" + good
    yield "utf-16", good.decode().encode("utf-16")
    yield "gbk", '{"question": "怎么开始"}'.encode("gbk")
    yield "binary", bytes(range(256)) * 4
    yield "twice", b'{"%s": "a", "%s": "b"}' % (one, one)
    yield "twice many", b'{"%s": [], "%s": []}' % (many, many)
    yield "extra", b'{"%s": "a", "__proto__": {}}' % one
    yield "too long", b'{"%s": "%s"}' % (one, b"a" * 3000)
    yield "100,000 characters", b'{"%s": "%s"}' % (one, b"a" * 100_000)
    yield "too many", b'{"%s": [%s]}' % (many, b",".join([b'"a"'] * 1000))
    yield "many names", b"{" + b",".join(b'"n%d": 1' % n for n in range(4000)) + b"}"
    yield "huge", b'{"%s": "%s"}' % (one, b"a" * 200_000)
    yield "gzip", gzip.compress(good)


def requests() -> Iterator[tuple[str, list[bytes | None]]]:
    """Yield requests, each named, as the pieces in which they are sent; None closes the client's side."""
    for name, body in bodies():
        yield name, [framed(body)]
        yield f"{name} in chunks", [framed(b"", Content_Length=None, Transfer_Encoding=b"chunked"), chunked(body)]
    for path, one, many, good in OTHERS:
        for name, body in bodies(one, many, good):
            yield f"{path.decode()} {name}", [framed(body, path)]
    yield from half_closed()
    bomb = gzip.compress(b"a" * 10_000_000)
    for encoding in (b"gzip", b"deflate", b"br", b"zstd", b"identity, gzip"):
        yield f"encoding {encoding!r}", [framed(bomb, Content_Encoding=encoding)]
    for kind in (b"text/plain", b"application/json; charset=gbk", b"multipart/form-data", b"", b"\xff", b"a" * 5000):
        yield f"type {kind[:30]!r}", [framed(GOOD, Content_Type=kind)]
    for method in (
        b"GET",
        b"PUT",
        b"DELETE",
        b"PATCH",
        b"HEAD",
        b"OPTIONS",
        b"TRACE",
        b"CONNECT",
        b"PRI",
        b"p\xffst",
        b"A" * 900,
    ):
        yield f"method {method[:20]!r}", [framed(GOOD, method=method)]
        yield f"method {method[:20]!r} on docs", [framed(b"", path=b"/docs", method=method)]
    for path in (
        b"/",
        b"//",
        b"/../etc/passwd",
        b"/%00",
        b"/%ff",
        b"*",
        b"http://evil/",
        b"/v1/predict/",
        b"/?" + b"a" * 8000,
        b"\xff",
    ):
        yield f"path {path[:20]!r}", [framed(GOOD, path=path)]
        yield f"path {path[:20]!r} got", [framed(b"", path=path, method=b"GET")]
    for host in (
        b"",
        b"evil.example",
        b"127.0.0.1.evil.example",
        b"127.0.0.1:99999999",
        b"[::1",
        b"\xff",
        b"a, b",
        b"localhost@evil",
    ):
        yield f"host {host!r}", [framed(GOOD, Host=host)]
    for origin in (
        b"null",
        b"http://evil.example",
        b"http://127.0.0.1:1",
        b"http://[",
        b"file://",
        b"\xff",
        b"http://127.0.0.1/x",
    ):
        yield f"origin {origin!r}", [framed(GOOD, Origin=origin)]
    yield from framings()
    chance = random.Random(7)
    for number in range(60):
        whole = bytearray(framed(GOOD))
        for _ in range(chance.randint(1, 6)):
            whole[chance.randrange(len(whole))] = chance.randrange(256)
        yield f"mutated {number}", [bytes(whole) + b"\r\n\r\n"]
    for number in range(20):
        yield f"noise {number}", [chance.randbytes(chance.randint(1, 2000)) + b"\r\n\r\n"]


def half_closed() -> Iterator[tuple[str, list[bytes | None]]]:
    """Yield requests whose client closes its side early."""
    whole = framed(GOOD, b"/v1/answer")
    for size in (0, 1, 20, len(whole) - len(GOOD) - 1, len(whole) - len(GOOD), len(whole) - 1):
        yield f"half closed after {size}", [whole[:size], None]
    start = framed(b"", b"/v1/answer", Content_Length=None, Transfer_Encoding=b"chunked")
    yield "half closed in chunks", [start, b"5\r\nhello", None]


def framings() -> Iterator[tuple[str, list[bytes]]]:
    """Yield requests whose beginning, headers or end are wrong."""
    both = framed(b"", Content_Length=b"5", Transfer_Encoding=b"chunked")
    yield "both framings", [both + b"0\r\n\r\nGET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"]
    for size in (b"-1", b"+5", b"5, 6", b"5,5", b"0x10", b"9" * 30, b"9" * 19, b"", b"five", b"\xb2"):
        yield f"length {size!r}", [framed(GOOD, Content_Length=size)]
    for coding in (b"gzip, chunked", b"chunked, chunked", b"identity", b"xchunked", b"chunked\x0b", b""):
        yield f"coding {coding!r}", [framed(b"", Content_Length=None, Transfer_Encoding=coding) + chunked(GOOD)]
    start = framed(b"", Content_Length=None, Transfer_Encoding=b"chunked")
    for chunk in (
        b"zz\r\n",
        b"-1\r\n",
        b"ffffffffffffffffffff\r\n",
        b"5;" + b"a" * 70000 + b"\r\n",
        b"5\r\nhellohello\r\n0\r\n\r\n",
        b"\r\n",
    ):
        yield f"chunk {chunk[:12]!r}", [start, chunk]
    yield "many chunks", [start, b"1\r\n \r\n" * 5000 + b"0\r\n\r\n"]
    yield "trailers", [start, b"0\r\nHost: evil\r\n\r\n"]
    yield "huge header", [framed(GOOD, X_Big=b"a" * 100_000)]
    yield "many headers", [framed(GOOD, **{f"X_{n}": b"v" for n in range(2000)})]
    yield "header without end", [b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000]
    yield "folded header", [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n"]
    yield "space before colon", [b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n"]
    yield "line feeds", [b"GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n"]
    yield "control in header", [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n"]
    yield "two hosts", [b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil\r\n\r\n"]
    yield "no host", [b"GET / HTTP/1.1\r\n\r\n"]
    yield "old", [b"GET / HTTP/1.0\r\n\r\n"]
    yield (
        "old in chunks",
        [b"POST /v1/predict HTTP/1.0\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunked(GOOD)],
    )
    yield "oldest", [b"GET /\r\n\r\n"]
    yield "newer", [b"GET / HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n"]
    yield "preface", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    yield "hello of TLS", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n"]
    yield "upgrade", [framed(b"", path=b"/", method=b"GET", Upgrade=b"websocket", Connection=b"upgrade")]
    yield "upgrade to h2c", [framed(b"", path=b"/", method=b"GET", Upgrade=b"h2c", Connection=b"upgrade")]
    yield "expectation", [framed(GOOD, Expect=b"100-continue")]
    yield "other expectation", [framed(GOOD, Expect=b"200-ok")]
    yield "pipelined", [framed(GOOD) * 20]
    yield "pipelined rubbish", [framed(GOOD) + b"\x00\x01\x02\r\n\r\n"]
    yield (
        "bad chunk under HEAD",
        [framed(b"", method=b"HEAD", Content_Length=None, Transfer_Encoding=b"chunked") + b"zz\r\n"],
    )
    yield "request id", [framed(GOOD, X_Request_Id=b"a\tb" * 500)]


def chunked(body: bytes) -> bytes:
    """Return a body in one chunk."""
    return (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"


def answers(port: int, cases: list[tuple[str, list[bytes | None]]]) -> dict[str, bytes]:
    """Return what the server says, by the name of the request; four are under way at a time."""
    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(lambda case: (case[0], raw(port, *case[1], patience=1.5)), cases))


def failures(answers: dict[str, bytes]) -> dict[str, bytes]:
    """Return the answers of 500 and above, and the absent ones; who leaves without a word gets none."""
    return {
        name: answer
        for name, answer in answers.items()
        if not 100 <= status(answer) < 500 and not (name == "half closed after 0" and not answer)
    }
