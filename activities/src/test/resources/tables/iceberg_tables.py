"""Changes an Iceberg table at random with pyiceberg, and says after each step what is in it.

iceberg_tables.py FOLDER SEED STEPS FORMAT_VERSION

Makes the table db.t in FOLDER/lake/db/t. Each line of its output is JSON: the step, the metadata file, the snapshot,
the data files with their rows, and the rows of the table as pyiceberg's own scan reads them; lines with "at" are of
older versions, named as a source can name them.
"""

import json
import random
import sys
import warnings

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

warnings.filterwarnings("ignore")
folder, seed, steps, version = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
rng = random.Random(seed)
catalog = SqlCatalog("c", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/lake")
catalog.create_namespace("db")
schema = Schema(
    NestedField(1, "id", LongType(), required=False),
    NestedField(2, "v", StringType(), required=False),
    NestedField(3, "p", StringType(), required=False),
)
spec = PartitionSpec(PartitionField(3, 1000, IdentityTransform(), "p")) if rng.random() < 0.6 else PartitionSpec()
table = catalog.create_table(
    "db.t",
    schema,
    location=f"file://{folder}/lake/db/t",
    partition_spec=spec,
    properties={
        "format-version": version,
        "commit.manifest-merge.enabled": rng.choice(["true", "false"]),
        "commit.manifest.min-count-to-merge": "3",
        "write.metadata.compression-codec": rng.choice(["none", "gzip"]),
    },
)
next_id = 0
added = []


def rows_of(scan):
    data = scan.to_arrow()
    return sorted(f"{i}:{v}" for i, v in zip(data["id"].to_pylist(), data["v"].to_pylist()))


def say(step, at=None, **scan):
    tasks = list(table.scan(**scan).plan_files()) if table.metadata.snapshots else []
    snapshot = scan.get("snapshot_id") or (table.current_snapshot() and table.current_snapshot().snapshot_id)
    print(json.dumps({
        "step": step,
        "at": at,
        "metadata": table.metadata_location,
        "uuid": str(table.metadata.table_uuid),
        "snapshot": str(snapshot) if snapshot else None,
        "schema": str(table.schema().schema_id),
        "files": sorted(
            [t.file.file_path, t.file.record_count, t.file.file_size_in_bytes] for t in tasks
        ),
        "rows": rows_of(table.scan(**scan)) if snapshot else [],
    }), flush=True)


def batch(count):
    global next_id
    data = {
        "id": [next_id + i for i in range(count)],
        "v": [f"v{rng.randrange(7)}" for _ in range(count)],
        "p": [rng.choice(["a", "b/c d", "ü", None]) for _ in range(count)],
    }
    data.update({name: [rng.randrange(9) for _ in range(count)] for name in added})
    next_id += count
    types = [("id", pa.int64()), ("v", pa.string()), ("p", pa.string())] + [(name, pa.int64()) for name in added]
    return pa.table(data, schema=pa.schema(types))


def append():
    table.append(batch(rng.randrange(1, 60)))


def delete():
    low = rng.randrange(max(1, next_id))
    table.delete(f"id >= {low} and id < {low + rng.randrange(1, 25)}")


def overwrite():
    table.overwrite(batch(rng.randrange(1, 30)), overwrite_filter=f"v == 'v{rng.randrange(7)}'")


def add_column():
    name = f"c{len(added)}_{rng.randrange(1000)}"
    with table.update_schema() as update:
        update.add_column(name, LongType())
    added.append(name)


def rename_column():
    if added:
        i = rng.randrange(len(added))
        name = f"r{i}_{rng.randrange(100000)}"
        with table.update_schema() as update:
            update.rename_column(added[i], name)
        added[i] = name


def evolve_partitions():
    names = [field.name for field in table.spec().fields]
    with table.update_spec() as update:
        if "id_bucket" in names:
            update.remove_field("id_bucket")
        else:
            update.add_field("id", BucketTransform(3), "id_bucket")


def tag():
    if table.current_snapshot():
        name = f"t{len(table.metadata.refs)}"
        table.manage_snapshots().create_tag(table.current_snapshot().snapshot_id, name).commit()


def branch():
    if table.current_snapshot():
        name = f"b{len(table.metadata.refs)}"
        table.manage_snapshots().create_branch(table.current_snapshot().snapshot_id, name).commit()


def expire():
    held = {ref.snapshot_id for ref in table.metadata.refs.values()}
    old = [s.snapshot_id for s in table.metadata.snapshots if s.snapshot_id not in held][:2]
    if old:
        table.maintenance.expire_snapshots().by_ids(old).commit()


say("create")
weighted = [append] * 6 + [delete] * 4 + [overwrite] * 2 + [
    add_column, rename_column, evolve_partitions, tag, branch, expire]
for n in range(steps):
    step = rng.choice(weighted)
    try:
        step()
    except (NotImplementedError, ValueError) as e:
        print(f"{step.__name__}: {e}", file=sys.stderr)
        continue
    table = table.refresh()
    say(f"{n} {step.__name__}")
    if table.metadata.snapshots and rng.random() < 0.4:
        snapshot = rng.choice(table.metadata.snapshots)
        say("snapshot", {"snapshot": str(snapshot.snapshot_id)}, snapshot_id=snapshot.snapshot_id)
    named = [(name, ref) for name, ref in table.metadata.refs.items() if name != "main"]
    if named and rng.random() < 0.4:
        name, ref = rng.choice(named)
        say(name, {str(ref.snapshot_ref_type.value): name}, snapshot_id=ref.snapshot_id)
