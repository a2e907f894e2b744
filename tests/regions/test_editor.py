"""Help for those who write a region's folder: schemas that hold, and a new folder that is right."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from regions.editor import SCHEMAS, make_region, write_schemas
from regions.errors import UsageError
from regions.folder import NATIONAL, SHIPPED, check_region, load_region

SHIPPED_FILES = sorted(
    path for name in ("norrbotten", "orebro", "_template") for path in (SHIPPED / name).rglob("*.yaml")
)
KINDS = {"sources": "source", "scenarios": "scenario", "agreements": "agreement", "parameters": "parameter"}
KINDS |= {"targets": "target"}


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draft202012Validator]:
    folder = tmp_path_factory.mktemp("schemas")
    written = write_schemas(folder)
    assert sorted(file.name for file in written) == sorted(f"{name}.schema.json" for name in SCHEMAS)
    loaded = {file.name.split(".")[0]: json.loads(file.read_text(encoding="utf-8")) for file in written}
    for schema in loaded.values():
        Draft202012Validator.check_schema(schema)
    return {name: Draft202012Validator(schema) for name, schema in loaded.items()}


def kind_of(path: Path) -> str:
    return KINDS.get(path.parent.name, path.stem)


def tree(path: Path) -> Any:
    """The file as an editor sees it: dates are text in JSON."""
    return json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize(
    "path",
    [*SHIPPED_FILES, *sorted((NATIONAL / "parameters").glob("*.yaml"))],
    ids=lambda path: path.relative_to(SHIPPED).as_posix(),
)
def test_a_shipped_file_is_as_its_schema_says(path: Path, schemas: dict[str, Draft202012Validator]) -> None:
    faults = [error.message for error in schemas[kind_of(path)].iter_errors(tree(path))]
    assert faults == []


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.relative_to(SHIPPED).as_posix())
def test_a_schema_finds_an_unknown_key(path: Path, schemas: dict[str, Draft202012Validator]) -> None:
    faults = list(schemas[kind_of(path)].iter_errors({**tree(path), "nmae": 1}))
    assert any("nmae" in error.message for error in faults)


def test_a_schema_finds_a_month_that_is_none(schemas: dict[str, Draft202012Validator]) -> None:
    region = tree(SHIPPED / "orebro" / "region.yaml")
    region["periods"][0]["from"] = "2024-13"
    assert not schemas["region"].is_valid(region)


def test_a_new_region_is_right_from_the_start(tmp_path: Path) -> None:
    make_region(tmp_path / "mine")
    assert check_region(tmp_path / "mine")[1] == []
    assert load_region(str(tmp_path / "mine")).is_synthetic


def test_a_new_region_s_files_find_their_schemas(tmp_path: Path) -> None:
    make_region(tmp_path / "mine")
    files = sorted((tmp_path / "mine").rglob("*.yaml"))
    assert len(files) >= 5
    for file in files:
        pointer = file.read_text(encoding="utf-8").splitlines()[0].split("$schema=")[1]
        schema = (file.parent / pointer).resolve()
        assert schema.is_file(), f"{file.name} looks for {pointer}"
        assert schema.name == f"{kind_of(file)}.schema.json"


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.txt").write_text("own", encoding="utf-8")
    with pytest.raises(UsageError, match="exists already") as caught:
        make_region(tmp_path / "mine")
    assert caught.value.exit_code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["own.txt"]
    assert not (tmp_path / ".schema").exists()


def test_every_key_of_a_model_is_explained_by_the_example_or_has_a_default() -> None:
    example = "\n".join(path.read_text(encoding="utf-8") for path in (SHIPPED / "_template").rglob("*.yaml"))
    for name, model in SCHEMAS.items():
        if name == "parameter":
            continue
        for key in keys_of(model.json_schema(by_alias=True)):
            assert f"{key}:" in example, f"the example never shows {key} of {name}"


def keys_of(schema: dict[str, Any]) -> set[str]:
    """The keys that a file may have at its top; of a source, whatever its subject."""
    kinds = [schema["$defs"][kind["$ref"].split("/")[-1]] for kind in schema.get("oneOf", [])] or [schema]
    return {key for kind in kinds for key in kind["properties"]}
