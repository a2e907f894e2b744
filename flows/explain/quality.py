"""How far the rows can be trusted – status, usability, rules, findings – and the versions that they were made with."""

from collections.abc import Iterator

from flows.explain.asked import Asked
from flows.explain.origins import whole_row
from flows.explain.parameters import behind
from flows.lineage import REGISTERED
from warehouse import schema

_STATUSES = {
    "ok": "nothing is lacking",
    "protected": "hidden: too few persons stand behind it, or behind a part of a sum (fewer than {min_persons})",
    "preliminary": "an expected delivery of the period has not come yet",
    "missing": "what it would be computed from has not come",
    "not_applicable": "there is nothing to divide by, or the definition did not apply then",
}
_USABILITIES = {
    "usable": "nothing known speaks against it",
    "with_caution": "something is unknown, missing or changed: look at the lines below",
    "not_usable": "too much is unknown or missing to say anything",
}
_STATUSES_OF_MONEY = {
    "protected": "hidden: it rests on visits that are hidden in the volumes",
    "preliminary": "a forecast went in, or an expected delivery has not come yet",
    "missing": "something that it would be computed from has no value",
}
_BASES = {
    "official": "every value behind it is official",
    "delivered": "every value behind it was delivered or is official",
    "derived": "a value behind it was derived from official ones",
    "forecast": "a value behind it is a forecast",
    "illustrative": "a value behind it is an assumption of our own",
}
_SIGNALS = {
    "above": "more than three standard errors above the baseline",
    "below": "more than three standard errors below the baseline",
    "run_above": "the eighth month in a row, or a later one, above the baseline",
    "run_below": "the eighth month in a row, or a later one, below the baseline",
    "none": "within three standard errors of the baseline",
    "not_assessed": "not compared with a baseline",
}


def quality(asked: Asked) -> Iterator[str]:
    """What status and usability mean, and which rules found something in the deliveries."""
    least = asked.release.get("min_persons")
    statuses = {**_STATUSES, **_STATUSES_OF_MONEY} if asked.is_money else _STATUSES
    for column, words in (("status", statuses), ("usability", _USABILITIES), ("signal", _SIGNALS)):
        for found in sorted({str(row[column]) for row in asked.rows if row.get(column) is not None}):
            yield f"  {column} {found}: {words.get(found, '').format(min_persons=least)}".rstrip(": ")
    yield from _basis(asked)
    breaks = sorted({str(row["source_break"]) for row in asked.rows if row.get("source_break")})
    yield from (f"  another source system counts from {day} than in the baseline" for day in breaks)
    yield from _failed(asked)
    yield from _findings(asked)


def _basis(asked: Asked) -> Iterator[str]:
    """How figures of money are known, and which parameters are of that kind."""
    if not asked.is_money:
        return
    values = [value for row in asked.rows for value in behind(asked, whole_row(asked, row))]
    for basis in sorted({str(row["basis"]) for row in asked.rows}):
        names = sorted({str(value["parameter"]) for value in values if value["kind"] == basis})
        weakest = f" ({', '.join(names)})" if names and basis != "official" else ""
        yield f"  basis {basis}: {_BASES.get(basis, '')}{weakest}"


def _failed(asked: Asked) -> Iterator[str]:
    """The rules that failed in the deliveries: how many rows, and whether they are kept out."""
    come = [str(row["delivery"]) for row in asked.deliveries if row["status"] == "current"]
    where = "rows_failed > 0 AND list_contains($deliveries, delivery)"
    rules: dict[tuple[str, str, str], list[int]] = {}
    for row in asked.published("quality.rule_results", where, {"deliveries": come}):
        rule = str(row["rule_id"]), str(row["severity"]), str(row["message_sv"])
        rules.setdefault(rule, []).append(int(str(row["rows_failed"])))
    for (rule_id, severity, message), failed in sorted(rules.items(), key=lambda pair: (-sum(pair[1]), pair[0])):
        kept = "kept out, in quarantine" if severity == "error" else "counted, with a warning"
        found = f"{_counted(sum(failed), 'row')} in {_counted(len(failed), 'delivery')}"
        yield f"  rule {rule_id}: {found}, {kept}: {message}"
    if come and not rules:
        yield "  No rule found anything in these deliveries."


def _counted(number: int, what: str) -> str:
    many = f"{what.removesuffix('y')}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else many}"


def _findings(asked: Asked) -> Iterator[str]:
    """What stands out in the months of those sources, and is not resolved: an attribute that drops, a silent unit."""
    where = "state <> 'resolved' AND list_contains($sources, source_id) AND list_contains($months, month)"
    values = {"sources": [source.id for source in asked.sources], "months": sorted(asked.months)}
    found: dict[tuple[str, str], int] = {}
    for row in asked.published("quality.changes", where, values):
        finding = str(row["rule_id"]), str(row["message_sv"])
        found[finding] = found.get(finding, 0) + 1
    for (rule_id, message), times in sorted(found.items()):
        yield f"  finding {rule_id}, {times} open: {message}"


def versions(asked: Asked) -> Iterator[str]:
    """The rules, models, files and code that the release was made with, by hash."""
    files = tuple(_files(asked))
    for row in asked.published("meta.inputs"):
        kind, name = str(row["kind"]), str(row["name"])
        is_read = kind in ("rules", "code") or (kind == "model" and name in asked.lineage)
        is_read = is_read or (kind == "parameters" and asked.is_money)
        if is_read or (kind == "region_file" and name.startswith(files)):
            yield f"  {kind} {name}: {str(row['hash'])[:12]}"
    if asked.release:
        yield f"  all inputs together: {str(asked.release['inputs_hash'])[:12]}"


def _files(asked: Asked) -> Iterator[str]:
    """The beginnings of the names of the region's files that the rows rest on."""
    yield from (REGISTERED[table][1] for table in asked.read if table in REGISTERED)
    yield from (f"sources/{source.id}.yaml" for source in asked.sources)
    yield from (f"targets/{row['indicator_id']}.yaml" for row in asked.rows if row.get("target") is not None)
    if asked.table is schema.STAFFING or schema.STAFFING.name in asked.read:
        yield "staffing.yaml"
    if asked.is_money:
        yield "costs.yaml"
        yield from (f"agreements/{agreement.id}.yaml" for agreement in asked.agreements)
        values = (value for row in asked.rows for value in behind(asked, whole_row(asked, row)))
        yield from (f"parameters/{value['parameter']}." for value in values)
