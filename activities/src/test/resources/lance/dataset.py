"""Changes a Lance dataset at random, and says after each step what Lance's own reader finds in it.

dataset.py FOLDER SEED DATA_STORAGE_VERSION MANIFEST_NAMES: each line on standard input asks for a step; the answer is
a line of JSON on standard output.
"""

import datetime
import json
import os
import random
import shutil
import sys

import lance
import pyarrow as pa

folder, seed, storage, names = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
rng = random.Random(seed)
next_id = 0


def rows(count):
    global next_id
    start = next_id
    next_id += count
    return pa.table(
        {
            "id": pa.array(range(start, start + count), pa.int64()),
            "text": [str(rng.random()) for _ in range(count)],
            "vector": pa.array([[1.0, 2.0]] * count, pa.list_(pa.float32(), 2)),
        }
    )


def like(table, ds):
    """The table with the columns that the dataset has by now."""
    for field in ds.schema:
        if field.name not in table.column_names:
            table = table.append_column(field.name, pa.nulls(len(table), field.type))
    return table.select(ds.schema.names).cast(ds.schema)


def some(ds, share):
    living = ds.to_table(columns=["id"])["id"].to_pylist()
    chosen = [each for each in living if rng.random() < share]
    return chosen or living[:1]


def create():
    shutil.rmtree(folder, ignore_errors=True)
    return lance.write_dataset(
        rows(rng.randrange(1, 3000)),
        folder,
        max_rows_per_file=rng.choice([100, 1000, 20000]),
        data_storage_version=storage,
        enable_v2_manifest_paths=names == "reversed",
    )


def append(ds):
    lance.write_dataset(like(rows(rng.randrange(1, 3000)), ds), folder, mode="append", max_rows_per_file=1000)


def append_many(ds):
    lance.write_dataset(like(rows(15000), ds), folder, mode="append")


def overwrite(ds):
    lance.write_dataset(rows(rng.randrange(1, 3000)), folder, mode="overwrite", max_rows_per_file=700)


def delete(ds):
    ids = some(ds, rng.choice([0.001, 0.1]))
    ds.delete("id in (" + ",".join(str(each) for each in ids[:5000]) + ")")


def delete_half(ds):
    ds.delete(f"id % 2 = {rng.randrange(2)}")


def delete_beginning(ds):
    ids = ds.to_table(columns=["id"])["id"].to_pylist()
    if ids:
        ds.delete(f"id < {sorted(ids)[len(ids) // 3]}")


def merge(ds):
    source = like(rows(200), ds)
    ids = pa.array((some(ds, 0.05) + source["id"].to_pylist())[: len(source)], pa.int64())
    source = source.set_column(source.column_names.index("id"), "id", ids)
    ds.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(source)


def update(ds):
    ids = some(ds, 0.02)[:2000]
    ds.update({"text": "'changed'"}, where="id in (" + ",".join(str(each) for each in ids) + ")")


def compact(ds):
    ds.optimize.compact_files(target_rows_per_fragment=5000, materialize_deletions_threshold=0.05)


def add_column(ds):
    ds.add_columns({f"added{ds.version}": f"id + {ds.version}"})


def drop_column(ds):
    added = [each for each in ds.schema.names if each.startswith("added")]
    if added:
        ds.drop_columns([rng.choice(added)])


def cast_column(ds):
    added = [field.name for field in ds.schema if field.name.startswith("added") and field.type == pa.int64()]
    if added:
        ds.alter_columns({"path": rng.choice(added), "data_type": pa.int32()})


def restore(ds):
    lance.dataset(folder, version=rng.choice(ds.versions())["version"]).restore()


def clean_up(ds):
    ds.cleanup_old_versions(datetime.timedelta(0), delete_unverified=True, error_if_tagged_old_versions=False)


def tag(ds):
    if "prod" in ds.tags.list():
        ds.tags.update("prod", ds.version)
    else:
        ds.tags.create("prod", ds.version)


def make_anew(ds):
    create()


STEPS = [append, append, append_many, overwrite, delete, delete, delete_half, delete_beginning, merge, update, compact]
STEPS += [restore, clean_up, tag, make_anew]
if storage != "legacy":
    STEPS += [add_column, drop_column, cast_column]


def say(step, ds):
    found = []
    living = {}
    for address in ds.to_table(columns=[], with_row_address=True)["_rowaddr"].to_pylist():
        living.setdefault(address >> 32, []).append(address & 0xFFFFFFFF)
    for fragment in ds.get_fragments():
        rows = fragment.physical_rows
        alive = living.pop(fragment.fragment_id, [])
        deleted = sorted(set(range(rows)) - set(alive))
        assert len(deleted) == fragment.num_deletions
        found.append(
            {
                "id": fragment.fragment_id,
                "rows": rows,
                "deleted": deleted,
                "files": [each.path for each in fragment.metadata.files],
                "fields": [list(each.fields) for each in fragment.metadata.files],
            }
        )
    assert not living, living
    schema = [{"name": each.name(), "id": each.id()} for each in ds.lance_schema.fields()]
    tagged = ds.tags.list().get("prod")
    answer = {
        "step": step,
        "version": ds.version,
        "versions": [each["version"] for each in ds.versions()],
        "fragments": found,
        "columns": schema,
        "tag": tagged and tagged["version"],
    }
    print(json.dumps(answer), flush=True)


dataset = create()
say("create", dataset)
for line in sys.stdin:
    step = rng.choice(STEPS)
    step(lance.dataset(folder))
    dataset = lance.dataset(folder)
    if dataset.count_rows() == 0 and step is not overwrite:
        step = append
        append(dataset)
        dataset = lance.dataset(folder)
    say(step.__name__, dataset)
