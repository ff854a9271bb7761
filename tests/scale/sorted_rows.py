"""One table of DynamoDB for reading, held in sorted lists: moto sorts the whole table for every query, which takes
half a minute at this size. Queries answer as DynamoDB's do: in the order of the keys, up to a limit or 1 MB of items
looked at, with the key to go on from (API_Query)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any

from pynamodb.models import Model

INDEXES = {None: "sk", "by_name": "name_key", "by_created": "created_key", "by_updated": "updated_key"}
PAGE = 1_000_000
_BEYOND = "\U0010ffff"
_CONDITION = re.compile(r"^\(?(#\d) = (:\d)(?: AND (?:begins_with \((#\d), (:\d)\)|(#\d) (<|>) (:\d)))?\)?$")


class SortedRows:
    """Rows by their keys; no two rows of an index share a key."""

    def __init__(self, rows: Iterable[Model]) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        lists: dict[tuple[str | None, str], list[tuple[str, str]]] = {}
        for row in rows:
            item = row.serialize()
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            self.items[pk, sk] = item
            for index, key in INDEXES.items():
                if key in item:
                    lists.setdefault((index, pk), []).append((item[key]["S"], sk))
        self.lists = {place: sorted(keys) for place, keys in lists.items()}

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a Query, GetItem, or the part of a BatchGetItem that is about this table."""
        if operation == "GetItem":
            item = self.items.get((request["Key"]["pk"]["S"], request["Key"]["sk"]["S"]))
            return {} if item is None else {"Item": item}
        assert operation == "Query"
        return self._query(request)

    def got(self, keys: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The items of these keys, as far as there are any."""
        places = [(key["pk"]["S"], key["sk"]["S"]) for key in keys]
        return [self.items[place] for place in places if place in self.items]

    def _query(self, request: dict[str, Any]) -> dict[str, Any]:
        index = request.get("IndexName")
        condition = _CONDITION.match(request["KeyConditionExpression"])
        assert condition is not None, request["KeyConditionExpression"]
        values = request["ExpressionAttributeValues"]
        pk = values[condition[2]]["S"]
        keys = self.lists.get((index, pk), [])
        first, last = 0, len(keys)
        if condition[4]:
            begin = values[condition[4]]["S"]
            first, last = bisect_left(keys, (begin, "")), bisect_right(keys, (begin + _BEYOND, ""))
        elif condition[6] == ">":
            first = bisect_right(keys, (values[condition[7]]["S"], _BEYOND))
        elif condition[6] == "<":
            last = bisect_left(keys, (values[condition[7]]["S"], ""))
        forward = request.get("ScanIndexForward", True)
        if "ExclusiveStartKey" in request:
            start = request["ExclusiveStartKey"]
            place = (start[INDEXES[index]]["S"], start["sk"]["S"])
            first, last = (bisect_right(keys, place), last) if forward else (first, bisect_left(keys, place))
        chosen: list[dict[str, Any]] = []
        size = 0
        for at in range(first, last) if forward else range(last - 1, first - 1, -1):
            chosen.append(self.items[pk, keys[at][1]])
            size += sum(len(name) + len(str(*value.values())) for name, value in chosen[-1].items())
            if len(chosen) == request.get("Limit") or size > PAGE:
                break
        answer: dict[str, Any] = {"Items": chosen, "Count": len(chosen), "ScannedCount": len(chosen)}
        if len(chosen) < last - first or len(chosen) == request.get("Limit"):
            answer["LastEvaluatedKey"] = {
                name: chosen[-1][name] for name in dict.fromkeys(("pk", "sk", INDEXES[index]))
            }
        return answer
