"""What the tests of `new` share: files to begin with, and the way from a file to entries."""

from __future__ import annotations

from toolkit_new import columns, source
from toolkit_new.entries import entries

TABLE = "问题,答案\n怎么退货？,七天内可以退货。\n如何付款？,支付宝或者微信都行。\n几点开门？,早上九点。\n"
ENGLISH = "Question,Answer\nHow do I pay?,By card or in cash.\nWhen do you open?,At nine in the morning.\n"


def written(folder, text, name="faq.csv", encoding="utf-8"):
    """Write a file and return its path."""
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return folder / name


def read(folder, text, name="faq.csv", **said):
    """Return the source of a text and its entries."""
    found = source.read(written(folder, text, name))
    return found, entries(found, columns.find(found.columns, said))
