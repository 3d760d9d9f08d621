"""A browser, a page in it, and the server that it asks."""

from __future__ import annotations

import pytest
from ask_fake import ANSWER_ZH, REFUSED, Fake, Reply, serving

from browser import Browser


@pytest.fixture(scope="session")
def browser():
    made = Browser()
    yield made
    made.close()


@pytest.fixture
def fake():
    with serving(Fake()) as made:
        made.replies = {"怎么重置密码？": Reply(ANSWER_ZH), "Will it rain?": Reply(REFUSED)}
        yield made


@pytest.fixture(scope="session")
def tab(browser):
    with browser.page("about:blank") as made:
        yield made


@pytest.fixture
def page(tab, fake):
    """A page just loaded. What a test sets beyond size and media would last: it opens one of its own."""
    tab.size(1024, 800)
    tab.media()
    tab.browser.events.clear()
    tab.open(fake.url)
    return tab
