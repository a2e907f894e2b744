"""The house itself: which room may know which, how its code is written, and what never stands in a file."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("flows", "tasks", "expectations", "warehouse", "equalisation", "regions", "dashboard", "synthetic")
# DESIGN, rooms: imports only go down. A room may always know itself.
MAY_KNOW = {
    "flows": {"tasks", "expectations", "warehouse", "regions"},
    "tasks": {"expectations", "warehouse", "regions", "equalisation", "dashboard"},
    "expectations": {"warehouse", "regions"},
    "warehouse": {"regions"},
    "regions": set(),
    "equalisation": set(),
    "dashboard": set(),
    "synthetic": {"regions"},
}
EXCEPTIONS = {("flows/demo.py", "synthetic")}
# Packages that take seconds to import, or that a room must not depend on, and the only files that may.
ONLY_IN = {
    # secrets.py: a source's YAML may name a Secret block
    "prefect": ("flows/", "tasks/step.py", "tasks/steps.py", "tasks/secrets.py"),
    "great_expectations": ("expectations/suite.py",),
    "duckdb_sqlalchemy": ("expectations/suite.py",),
    "typer": ("flows/",),
    "pyrage": ("warehouse/keys.py",),
    "jinja2": ("dashboard/",),
    "typst": ("dashboard/documents/pdf.py",),
    "docx": ("dashboard/documents/word.py",),
    "holidays": ("regions/calendar.py",),
    "personnummer": ("tasks/person_ids.py",),
    "paramiko": ("tasks/sources/sftp.py",),
    "boto3": ("tasks/sources/s3.py",),
    "sqlalchemy": ("tasks/sources/sql.py", "expectations/suite.py"),
}
NEVER = ("pytest", "hypothesis", "small_region", "tests")
MAX_LINES = 60

Tree = ast.Module
SOURCES = {
    file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
    for room in ROOMS
    for file in sorted((ROOT / room).rglob("*.py"))
}


def room_of(name: str) -> str:
    return name.partition("/")[0]


def imports(tree: Tree) -> Iterator[tuple[int, str]]:
    """Line and the first part of the name of each import, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are whole"
            yield node.lineno, str(node.module).split(".")[0]


def functions(tree: Tree) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def tracked() -> list[Path]:
    """The files under version control; without git, those of the rooms and of the tests."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        found = [ROOT / name for name in listed.decode().split("\0") if name]
    else:
        found = [file for folder in (*ROOMS, "tests", "docs") for file in (ROOT / folder).rglob("*")]
    return [file for file in found if file.is_file() and file.suffix not in (".png", ".xlsx", ".parquet", ".pyc")]


def texts() -> Iterator[tuple[str, int, str]]:
    """File, line number and line of every tracked text."""
    for file in tracked():
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            yield file.relative_to(ROOT).as_posix(), number, line


def test_there_is_code_to_look_at() -> None:
    assert {room_of(name) for name in SOURCES} == set(ROOMS) == set(MAY_KNOW)
    assert len(SOURCES) > 50


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_only_those_below_it(room: str) -> None:
    wrong = [
        f"{name}:{line} imports {other}"
        for name, tree in SOURCES.items()
        if room_of(name) == room
        for line, other in imports(tree)
        if other in ROOMS and other != room and other not in MAY_KNOW[room] and (name, other) not in EXCEPTIONS
    ]
    assert wrong == []


def test_only_the_demo_knows_how_deliveries_are_made_up() -> None:
    knowing = {name for name, tree in SOURCES.items() for _, other in imports(tree) if other == "synthetic"}
    assert {name for name in knowing if room_of(name) != "synthetic"} == {"flows/demo.py"}


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_package_is_known_in_its_place_alone(package: str) -> None:
    knowing = {name for name, tree in SOURCES.items() for _, other in imports(tree) if other == package}
    assert knowing, f"{package} is used nowhere"
    assert [name for name in sorted(knowing) if not name.startswith(ONLY_IN[package])] == []


def test_no_room_knows_the_tests() -> None:
    assert [f"{name}:{line}" for name, tree in SOURCES.items() for line, other in imports(tree) if other in NEVER] == []


def test_nothing_but_flows_prints() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in SOURCES.items()
        if room_of(name) != "flows"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert wrong == []


def test_functions_are_short() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}: {lines} lines"
        for name, tree in SOURCES.items()
        for node in functions(tree)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_LINES
    ]
    assert long == []


def test_all_that_is_public_says_what_it_is() -> None:
    silent = []
    for name, tree in SOURCES.items():
        if not ast.get_docstring(tree):
            silent.append(name)
        for node in tree.body:
            public = [node]
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                public += [entry for entry in node.body if isinstance(entry, ast.FunctionDef)]
            silent += [
                f"{name}:{entry.lineno} {entry.name}"
                for entry in public
                if isinstance(entry, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and not entry.name.startswith("_")
                and not ast.get_docstring(entry)
            ]
    assert silent == []


def test_every_function_says_what_it_returns() -> None:
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in SOURCES.items()
        for node in functions(tree)
        if node.returns is None
    ]
    assert silent == []


def test_a_region_is_no_code() -> None:
    assert {name.count("/") for name in SOURCES if room_of(name) == "regions"} == {1}
    for file in (ROOT / "regions").iterdir():
        if file.is_dir() and file.name != "__pycache__":
            assert {path.suffix for path in file.rglob("*") if path.is_file()} <= {".yaml", ".csv", ".txt"}, file.name


def test_no_rule_has_its_threshold_in_code() -> None:
    for name, tree in SOURCES.items():
        if room_of(name) in ("expectations", "tasks"):
            numbers = [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, float)
            ]
            assert not {0.02, 0.05} & set(numbers), name


# Written in two parts, so that this file isn't found.
FORBIDDEN = {
    "the address of a package index": re.compile(
        "(py" + r"pi|py" + r"thonhosted)\.org|--(extra-)?index" + r"-url|arti" + "factory|/sim" + "ple/"
    ),
    "a path of one machine": re.compile("(?<![a-z.])/(wor" + "k|ho" + "me|Use" + "rs|ro" + r"ot)/(?!\*)[a-zA-Z.]"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    found = [f"{name}:{number}" for name, number, line in texts() if FORBIDDEN[what].search(line)]
    assert found == []


def test_no_tracked_file_holds_a_key() -> None:
    secret = re.compile("AGE-SECRET" + "-KEY-1[0-9A-Z]{58}")
    assert [f"{name}:{number}" for name, number, line in texts() if secret.search(line)] == []


def test_the_version_is_that_of_the_newest_entry_of_the_changelog() -> None:
    changelog = ROOT / "CHANGELOG.md"
    if not changelog.exists():
        pytest.skip("there is no CHANGELOG.md yet")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    entries = re.findall(r"^## \[?v?(\d+\.\d+\.\d+)", changelog.read_text(encoding="utf-8"), re.MULTILINE)
    assert entries, "no entry of a version"
    assert entries[0] == version


def test_files_of_tests_have_names_of_their_own() -> None:
    names = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
    assert not list((ROOT / "tests").rglob("__init__.py"))


_SLOW = ("prefect", "great_expectations", "paramiko", "boto3", "sqlalchemy", "typst", "docx")


@pytest.mark.parametrize(
    "module", ["flows.cli", "regions.folder", "warehouse.lake", "tasks.plan", "expectations.suite", "tasks.land"]
)
def test_what_is_slow_to_import_is_imported_where_it_is_used(module: str) -> None:
    """`hemvard --help` and `check` are instant: none of the slow packages comes with them."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, {module}; print(*(set({_SLOW}) & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    assert told.split() == []
