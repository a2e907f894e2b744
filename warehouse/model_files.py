"""The models' files: SQL that says in its head what a row is, what it reads, and which queries it shares.

A query that several models share is a file too. `-- With: core/care_chains` puts it before a model's own text, as
a table of its name.
"""

import re
from pathlib import Path

MODELS = Path(__file__).parent / "models"
_FROM = re.compile(r"^-- From: (.+)$", re.MULTILINE)
_WITH = re.compile(r"^-- With: (.+)$", re.MULTILINE)


def composed(name: str) -> str:
    """The SQL of a model, with the queries that it shares with others before it, each as a table of its name."""
    sql = text_of(name)
    shared = [f"{each.rpartition('/')[2]} AS (\n{text_of(each)})" for each in shared_of(sql)]
    return f"WITH {', '.join(shared)}\nSELECT * FROM (\n{sql})" if shared else sql


def shared_of(sql: str) -> tuple[str, ...]:
    """The queries that a model says it shares with others (`-- With: …`), each after those that it reads itself."""
    found = _WITH.search(sql)
    names = found[1].split(", ") if found else ()
    return tuple(dict.fromkeys(each for name in names for each in (*shared_of(text_of(name)), name)))


def inputs_of(sql: str) -> tuple[str, ...]:
    """The tables that a model says it reads, by itself or in shared queries; ValueError where it doesn't say."""
    read = [name for text in (*map(text_of, shared_of(sql)), sql) for name in _from(text)]
    return tuple(dict.fromkeys(name for name in read if name != "contributions"))


def _from(sql: str) -> list[str]:
    found = _FROM.search(sql)
    if found is None and not _WITH.search(sql):
        raise ValueError("a model's head must say what it reads (-- From: …, or -- With: …)")
    return [name.strip() for name in re.split("[,;]", found[1])] if found else []


def text_of(name: str) -> str:
    """The text of a model's file, such as `volumes/cube`."""
    return (MODELS / f"{name}.sql").read_text(encoding="utf-8")
