from __future__ import annotations

import json

from metaan.review.schema import TABLES, field_dictionary


def test_every_column_is_in_the_dictionary_with_its_meaning() -> None:
    resources = json.loads(json.dumps(field_dictionary()))["resources"]
    assert [r["path"] for r in resources] == [t.file for t in TABLES.values()]
    for resource, table in zip(resources, TABLES.values(), strict=True):
        assert [f["name"] for f in resource["schema"]["fields"]] == [c.name for c in table.columns]
        assert all(f["description"] and f["type"] in KNOWN_TYPES for f in resource["schema"]["fields"])


def test_every_key_points_to_a_field_that_is_there() -> None:
    resources = {r["name"]: r for r in json.loads(json.dumps(field_dictionary()))["resources"]}
    for resource in resources.values():
        own = {f["name"] for f in resource["schema"]["fields"]}
        assert set(resource["schema"]["primaryKey"]) <= own
        for key in resource["schema"]["foreignKeys"]:
            target = resources[key["reference"]["resource"]]["schema"]["fields"]
            assert set(key["fields"]) <= own
            assert set(key["reference"]["fields"]) <= {f["name"] for f in target}


KNOWN_TYPES = {"string", "integer", "number", "year"}
