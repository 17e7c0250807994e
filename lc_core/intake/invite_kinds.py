"""What a file is, told by its content and never by its name (R-ADD-3)."""

import re

_BYTES = (
    (re.compile(rb"PK(\x03\x04|\x05\x06|\x07\x08)"), "ZIP"),
    (re.compile(rb"\s*%PDF-\d"), "PDF"),
    (re.compile(rb"\x89PNG\r\n"), "PNG"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"\x1f\x8b"), "gzip"),
    (re.compile(rb"SQLite format 3\x00"), "SQLite"),
    (re.compile(rb"PAR1.*PAR1\Z", re.DOTALL), "Parquet"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "XLS"),
)
_TEXTS = (
    (re.compile(r"\s*<(!doctype\b|!--|\?xml\b|(html|head|body|meta|table|div|script|svg)\b)", re.IGNORECASE), "HTML"),
    (re.compile(r'\s*(\{\s*["}]|\[\s*([\[{"\]]|-?\d|true\b|false\b|null\b))'), "JSON"),
)


def of_bytes(data: bytes) -> str:
    """The name of a kind of file that is no text ("PDF"), or "" where it may be one. A workbook is a ZIP, too."""
    return next((kind for begins, kind in _BYTES if begins.match(data)), "")


def of_text(text: str) -> str:
    """The name of a kind of text that is no list ("JSON"), or "" where it may be one."""
    return next((kind for begins, kind in _TEXTS if begins.match(text)), "")
