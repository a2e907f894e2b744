"""Data Docs without a network: Great Expectations' pages, loading nothing from outside.

As Great Expectations writes them they load Bootstrap, Bootstrap Table, its filter and date picker, jQuery, Popper,
Vega and Font Awesome from public content delivery networks, and a logo from the maker's own storage. Pages under
`restricted/` must not run what strangers serve: all of that is taken out, a policy in each page forbids the browser
to fetch anything, and a few lines of style take its place. The lists of the first page, which Bootstrap Table would
have drawn, are written as plain links.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

_REMOTE = re.compile(
    r"<(?P<tag>link|script|img)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//[^>]*>(?:\s*</script>)?", re.IGNORECASE
)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.IGNORECASE | re.DOTALL)
_DRAWN = re.compile(r"<div\b[^>]*-body-table-toolbar.*?</table>", re.IGNORECASE | re.DOTALL)
_HANDLER = re.compile(r"\son[a-z]+\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_FOOTER = re.compile(r"<footer>.*?</footer>", re.IGNORECASE | re.DOTALL)
_HEAD = """<head>
    <meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'">
    <style>
      body { font-family: sans-serif; margin: 1.5rem; max-width: 75rem }
      table { border-collapse: collapse; width: 100% }
      th, td { border: 1px solid #bbb; padding: .3rem .5rem; text-align: left; vertical-align: top }
      .text-success::after { content: "✓"; color: #060 }
      .text-danger::after, .text-warning::after { content: "✗"; color: #a00 }
      .nav-tabs, .card.mb-3 { display: none }
    </style>"""
_REMOTE_IMAGE = re.compile(r"url\(\s*['\"]?(?:https?:)?//[^)]*\)", re.IGNORECASE)
_PARTS = (("validations", "What held, and what did not"), ("expectations", "The rules"))


def make_offline(folder: Path) -> None:
    """Rewrite every page and style of a folder of Data Docs so that it loads nothing but the folder's own files."""
    for style in sorted(folder.rglob("*.css")):
        style.write_text(_REMOTE_IMAGE.sub("none", style.read_text(encoding="utf-8")), encoding="utf-8")
    for page in sorted(folder.rglob("*.html")):
        text = _cleaned(page.read_text(encoding="utf-8"))
        if page.parent == folder:
            text = text.replace("<body>", f"<body>\n{''.join(_lists(folder))}", 1)
        page.write_text(text, encoding="utf-8")


def _cleaned(text: str) -> str:
    for pattern in (_REMOTE, _SCRIPT, _DRAWN, _FOOTER, _HANDLER):
        text = pattern.sub("", text)
    return _REMOTE_IMAGE.sub("none", text).replace("<head>", _HEAD, 1)


def _lists(folder: Path) -> Iterator[str]:
    """The pages of each part, as links relative to the folder."""
    for part, title in _PARTS:
        yield f"<h2>{title}</h2>\n<ul>\n"
        for page in sorted((folder / part).rglob("*.html")):
            name = page.relative_to(folder / part).parts[0].removesuffix(".html")
            yield f'<li><a href="{escape(page.relative_to(folder).as_posix())}">{escape(name)}</a></li>\n'
        yield "</ul>\n"
