"""Changes a Delta table at random, a step for each line of standard input, and says in a line of JSON what it holds."""
import hashlib
import json
import os
import random
import sys
import urllib.parse

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

folder, seed, is_partitioned = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "partitioned"
rng = random.Random(seed)
PARTITIONS = ["plain", "a b", "x:y", "50%", "%41", "ü", "c=d", "a/b", "q?#", "plus+", None]
next_id = 0
columns = ["extra0"]


def rows(count):
    global next_id
    ids = list(range(next_id, next_id + count))
    next_id += count
    data = {"id": pa.array(ids, pa.int64()), "v": pa.array([f"v{i}" for i in ids])}
    if is_partitioned:
        data["p"] = pa.array([rng.choice(PARTITIONS) for _ in ids], pa.string())
    for name in columns:
        data[name] = pa.array([i % 7 for i in ids], pa.int32())
    return pa.table(data)


def append():
    write_deltalake(folder, rows(rng.randint(1, 60)), mode="append", schema_mode="merge")


def evolve():
    columns.append(f"extra{len(columns)}")
    append()


def overwrite():
    write_deltalake(folder, rows(rng.randint(1, 80)), mode="overwrite", schema_mode="merge")


def delete():
    DeltaTable(folder).delete(f"id % {rng.randint(2, 9)} = 0")


def update():
    DeltaTable(folder).update(updates={"v": f"'u{rng.randint(0, 9)}'"}, predicate=f"id % {rng.randint(2, 9)} = 1")


def merge():
    table = DeltaTable(folder)
    source = rows(20).select(["id", "v"] + (["p"] if is_partitioned else []))
    ids = [rng.randint(0, max(1, next_id)) if rng.random() < 0.5 else i.as_py() for i in source["id"]]
    source = source.set_column(0, "id", pa.array(sorted(set(ids))[: len(ids)] + [next_id + i for i in range(len(ids) - len(set(ids)))], pa.int64()))
    table.merge(source, "t.id = s.id", source_alias="s", target_alias="t").when_matched_update(
        {"v": "s.v"}
    ).when_not_matched_insert({name: f"s.{name}" for name in source.column_names}).execute()


def compact():
    DeltaTable(folder).optimize.compact()


def z_order():
    DeltaTable(folder).optimize.z_order(["id"])


def checkpoint():
    DeltaTable(folder).create_checkpoint()


def restore():
    table = DeltaTable(folder)
    table.restore(rng.randint(max(0, table.version() - 5), table.version() - 1))


def vacuum():
    DeltaTable(folder).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)


def compact_logs():
    table = DeltaTable(folder)
    if table.version() >= 3:
        table.compact_logs(table.version() - 2, table.version())


STEPS = [append] * 6 + [overwrite, delete, delete, update, merge, merge, compact, z_order] + [checkpoint] * 3
STEPS += [restore, vacuum, evolve, compact_logs]


def state(step, failure):
    table = DeltaTable(folder)
    data = table.to_pyarrow_table(columns=["id", "v"]).to_pydict()
    living = sorted(f"{i}|{v}" for i, v in zip(data["id"], data["v"]))
    actions = pa.table(table.get_add_actions(flatten=False)).to_pylist()
    files = [
        {
            "path": os.path.join(folder, urllib.parse.unquote(each["path"])),
            "rows": each["num_records"],
            "bytes": each["size_bytes"],
            "p": (each.get("partition") or each.get("partition_values") or {}).get("p"),
        }
        for each in actions
    ]
    return {
        "step": step,
        "failure": failure,
        "version": table.version(),
        "id": str(table.metadata().id),
        "schema": json.loads(table.schema().to_json()),
        "files": files,
        "count": len(living),
        "hash": hashlib.sha256("\n".join(living).encode()).hexdigest(),
    }


write_deltalake(folder, rows(50), partition_by=["p"] if is_partitioned else None)
print(json.dumps(state("create", None)), flush=True)
for line in sys.stdin:
    step = rng.choice(STEPS)
    failure = None
    try:
        step()
    except Exception as e:  # A restore of what was vacuumed, for one.
        failure = repr(e)[:300]
    print(json.dumps(state(step.__name__, failure)), flush=True)
