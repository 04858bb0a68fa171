"""Writes Vortex files of many shapes, and says what Vortex's own reader finds in them. files.py FOLDER"""

import datetime
import decimal
import json
import sys

import pyarrow as pa
import vortex

folder = sys.argv[1]


def numbers(count):
    return pa.table({"id": pa.array(range(count), pa.int64())})


def nested(count):
    point = pa.struct([("x", pa.float32()), ("y", pa.list_(pa.int16())), ("z", pa.struct([("deep", pa.string())]))])
    return pa.table(
        {
            "id": pa.array(range(count), pa.uint32()),
            "point": pa.array([{"x": 1.0, "y": [1, 2], "z": {"deep": "a"}}] * count, point),
            "vector": pa.array([[1.0, 2.0]] * count, pa.list_(pa.float32(), 2)),
            "maybe": pa.array([None if i % 3 else i % 100 for i in range(count)], pa.int8()),
        }
    )


def types(count):
    day = datetime.date(2026, 1, 1)
    return pa.table(
        {
            "flag": [True] * count,
            "text": [str(i % 50) for i in range(count)],
            "raw": pa.array([b"x"] * count, pa.binary()),
            "price": pa.array([decimal.Decimal("1.25")] * count, pa.decimal128(10, 2)),
            "day": [day] * count,
            "at": pa.array([datetime.datetime(2026, 1, 1)] * count, pa.timestamp("us", "UTC")),
            "clock": pa.array([1] * count, pa.time64("us")),
            "half": pa.array([1.0] * count, pa.float32()),
        }
    )


def many_columns(columns, count):
    return pa.table({f"column_{i}": pa.array(range(count), pa.int32()) for i in range(columns)})


TABLES = {
    "empty": numbers(0),
    "one": numbers(1),
    "numbers": numbers(100_000),
    "millions": numbers(3_000_000),
    "nested": nested(20_000),
    "types": types(50_000),
    "small-types": types(10),
    "small-nested": nested(5),
    "many-columns": many_columns(2_000, 20),
    "chunks": pa.table({"id": pa.chunked_array([list(range(n)) for n in (5, 70_000, 1, 20_000)], pa.int64())}),
}
for name, table in TABLES.items():
    path = f"{folder}/{name}.vortex"
    vortex.io.write(table, path)
    file = vortex.open(path)
    splits = [list(each) if isinstance(each, (list, tuple)) else str(each) for each in file.splits()]
    answer = {"name": name, "rows": len(file), "columns": table.schema.names, "splits": splits, "dtype": str(file.dtype)}
    print(json.dumps(answer), flush=True)
