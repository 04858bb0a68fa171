"""Writes Lance datasets whose files are in several places: a branch and a shallow clone. places.py FOLDER"""

import json
import os
import shutil
import sys

import lance
import pyarrow as pa

folder = sys.argv[1]


def rows(start, count):
    return pa.table({"id": pa.array(range(start, start + count), pa.int64())})


def say(name, ds):
    living = {}
    for address in ds.to_table(columns=[], with_row_address=True)["_rowaddr"].to_pylist():
        living.setdefault(address >> 32, []).append(address & 0xFFFFFFFF)
    answer = {"name": name, "version": ds.version, "fragments": []}
    for fragment in ds.get_fragments():
        rows = fragment.physical_rows
        deleted = sorted(set(range(rows)) - set(living.get(fragment.fragment_id, [])))
        paths = [each.path for each in fragment.metadata.files]
        answer["fragments"].append(
            {"id": fragment.fragment_id, "rows": rows, "deleted": deleted, "files": paths}
        )
    print(json.dumps(answer), flush=True)


main = lance.write_dataset(rows(0, 1000), folder + "/main.lance", max_rows_per_file=400)
main.delete("id < 10")
main.tags.create("v2", 2)
branch = main.create_branch("exp/one")
lance.write_dataset(rows(1000, 50), branch, mode="append")
branch = lance.dataset(folder + "/main.lance").checkout_version(("exp/one", None))
branch.delete("id = 500 or id = 1005")
lance.write_dataset(rows(2000, 70), folder + "/main.lance", mode="append")
say("main", lance.dataset(folder + "/main.lance"))
say("branch", lance.dataset(folder + "/main.lance").checkout_version(("exp/one", None)))
clone = main.shallow_clone(folder + "/clone.lance", "v2")
clone.delete("id = 700")
lance.write_dataset(rows(3000, 20), folder + "/clone.lance", mode="append")
say("clone", lance.dataset(folder + "/clone.lance"))
stable = lance.write_dataset(
    rows(0, 1000), folder + "/stable.lance", max_rows_per_file=400, enable_stable_row_ids=True
)
stable.update({"id": "id + 10000"}, where="id < 100")
stable.optimize.compact_files()
stable.delete("id = 300")
say("stable", lance.dataset(folder + "/stable.lance"))
shutil.copytree(folder + "/main.lance", folder + "/relative.lance")
os.chdir(folder)
relative = lance.dataset("relative.lance").create_branch("here")
