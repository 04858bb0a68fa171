#!/usr/bin/env python3
"""A vector search that keeps in step with a collection: an index for each segment, followed by differences.

It needs the documents about the catalog and nothing of Littoral. The catalog is read and written with the standard
library; PyArrow decompresses Zstandard and reads Parquet, NumPy searches, pyroaring reads deleted rows.
"""

import argparse
import dataclasses
import datetime
import hashlib
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

import numpy
import pyarrow
import pyarrow.parquet
from pyroaring import BitMap64

LAST = 9_999_999_999


class Unbuildable(Exception):
    """A version cannot be built, for a reason that a person can act on."""


class NotHeld(Exception):
    """The lease was refused, or it ended before the version was built: begin again with the newest version."""


class Folder:
    """The objects of a collection. On S3: ListObjectsV2 with MaxKeys=1, GetObject, PutObject with IfNoneMatch='*'."""

    def __init__(self, folder):
        self.folder = folder

    def first(self, prefix):
        """The first key below a prefix, or None."""
        try:
            names = [name for name in os.listdir(os.path.join(self.folder, prefix)) if not name.startswith(".")]
        except FileNotFoundError:
            return None
        return prefix + min(names) if names else None

    def read(self, key, offset=0, length=-1):
        """An object's bytes, or None where there is none."""
        try:
            with open(os.path.join(self.folder, key), "rb") as file:
                file.seek(offset)
                return file.read(length)
        except FileNotFoundError:
            return None

    def remove_scratch(self, prefix):
        """Removes what a process that was killed left beside its entries."""
        folder = os.path.join(self.folder, prefix)
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name.startswith("."):
                os.unlink(os.path.join(folder, name))

    def create(self, key, data):
        """Creates an object, whole; False where there is one of that key."""
        path = os.path.join(self.folder, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        scratch = os.path.join(os.path.dirname(path), f".{os.getpid()}")
        with open(scratch, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(scratch, path)
            return True
        except FileExistsError:
            return False
        finally:
            os.unlink(scratch)


def key_of(prefix, number):
    return f"{prefix}{LAST - number:010d}.json"


def number_of(key):
    return LAST - int(key.rsplit("/", 1)[1].removesuffix(".json"))


def sealed(fields):
    """An object whose digest of all bytes before is its last field."""
    body = json.dumps(fields, separators=(",", ":"))[:-1].encode()
    return body + b',"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'"}'


def unsealed(key, data):
    digest = hashlib.sha256(data[: data.rfind(b',"sha256":')]).hexdigest()
    if not data.endswith(f',"sha256":"{digest}"}}'.encode()):
        raise Unbuildable(f"Object {key} is damaged")
    return json.loads(data)


def iso(seconds):
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Voice:
    """What a consumer says of itself, and the versions that it holds by saying so."""

    def __init__(self, store, name, lease):
        self.store = store
        self.prefix = f"consumers/{name}/"
        self.name = name
        self.lease = lease
        self.n = None
        self.boundary = None, 0
        self.version = self.until = self.refused = None
        store.remove_scratch(self.prefix)

    def say(self, state, version, **more):
        while True:
            if self.n is None:
                newest = self.store.first(self.prefix)
                self.n = number_of(newest) if newest else 0
            said = {"consumer": self.name, "n": self.n + 1, "version": version, "state": state, **more}
            data = sealed({**said, "time": iso(time.time())})
            key = key_of(self.prefix, self.n + 1)
            # After an answer that was lost the entry is there, and one's own.
            if self.store.create(key, data) or self.store.read(key) == data:
                self.n += 1
                return
            self.n = None

    def hold(self, version):
        """Holds a version of the log. The order matters: the entry, the boundary, the clock."""
        until = int(time.time() + self.lease)
        self.say("BUILDING", version, until=iso(until))
        if self.below() > version or time.time() >= until:
            raise NotHeld
        self.version, self.until, self.refused = version, until, False

    def below(self):
        """Versions below this one are cleaned away. An entry that was read before never changes."""
        while (key := self.store.first("boundary/")) and key != self.boundary[0]:
            data = self.store.read(key)
            if data is not None:  # else a newer one took its place
                self.boundary = key, unsealed(key, data)["below"]
        return self.boundary[1]

    def still_holds(self):
        """Renews the lease from half its time on; one that is not renewed runs to its own end."""
        if not self.refused and time.time() > self.until - self.lease / 2:
            try:
                self.hold(self.version)
            except NotHeld:
                self.refused = True
        if time.time() >= self.until:
            raise NotHeld


@dataclasses.dataclass(frozen=True)
class Column:
    """A column as the data files of a source know it: by its name, or by an id that survives another name."""

    name: str
    id: int | None = None
    names: tuple = ()  # in files without ids

    @staticmethod
    def of(root, name):
        table = root.get("table")
        if table is None:
            return Column(name)
        if table["format"] not in ("iceberg", "delta"):
            raise Unbuildable(f"The files of a table of format {table['format']} are not Parquet")
        schema = root["schema"]
        fields = (schema if table["format"] == "iceberg" else schema["schema"])["fields"]
        field = next((field for field in fields if field["name"] == name), None)
        if field is None:
            raise Unbuildable(f"The table has no column {name}")
        if table["format"] == "iceberg":
            mapped = [each for each in schema.get("nameMapping", []) if each.get("field-id") == field["id"]]
            return Column(name, field["id"], tuple(mapped[0]["names"]) if mapped else ())
        if schema["columnMapping"] == "none":
            return Column(name)
        known, by_id = field["metadata"], schema["columnMapping"] == "id"
        return Column(known["delta.columnMapping.physicalName"], known["delta.columnMapping.id"] if by_id else None)

    def within(self, schema):
        """What a data file calls it."""
        ids = [int((field.metadata or {}).get(b"PARQUET:field_id", -1)) for field in schema]
        if self.id in ids:
            return schema.names[ids.index(self.id)]
        names = (self.name,) if self.id is None else self.names if max(ids, default=-1) < 0 else ()
        for name in names:
            if name in schema.names:
                return name
        raise pyarrow.ArrowInvalid(f"it has no column {self.name}")


@dataclasses.dataclass
class Segment:
    """A segment's rows: what they are never changes, only which of them live."""

    places: list  # of (path, row of the segment, first row of the file, one past the last)
    living: numpy.ndarray
    there: numpy.ndarray  # rows whose vectors were read; the file of one that was dead by then may be gone
    vectors: numpy.ndarray | None

    def locate(self, row):
        for path, first, start, end in self.places:
            if first <= row < first + end - start:
                return path, start + int(row) - first
        raise IndexError(row)


@dataclasses.dataclass
class Index:
    """What readers get: a version, whole. It is never changed."""

    version: int
    snapshot: str
    column: Column
    shards: dict  # of segments by id, by a shard's digest

    def segments(self):
        return {id: segment for shard in self.shards.values() for id, segment in shard.items()}

    def counts(self):
        segments = self.segments().values()
        return {"rows": sum(int(segment.living.sum()) for segment in segments), "segments": len(segments)}

    def search(self, query, k):
        hits = []
        for segment in self.segments().values():
            rows = numpy.flatnonzero(segment.living)
            distances = ((segment.vectors[rows] - query) ** 2).sum(axis=1) if len(rows) else numpy.zeros(0)
            if len(rows) > k:
                near = distances <= numpy.partition(distances, k - 1)[k - 1]
                rows, distances = rows[near], distances[near]
            hits += [(float(distance), *segment.locate(row)) for distance, row in zip(distances, rows)]
        return [{"file": file, "row": row, "distance": distance} for distance, file, row in sorted(hits)[:k]]


class Builder:
    """Builds a version's index from the one before it: reads the shards and rows that this one does not have."""

    def __init__(self, store, voice, column):
        self.store = store
        self.voice = voice
        self.name = column
        self.column = self.of_table = None  # of the version that is built

    def build(self, head, before):
        root = json.loads(self.expand(self.object(head["snapshot"]["key"], head["snapshot"]["sha256"])))
        if root["format"] > 3:
            raise Unbuildable(f"The snapshot has format {root['format']}; 1 to 3 are known")
        self.column, self.of_table = Column.of(root, self.name), "table" in root
        if before and before.column != self.column:
            before = None  # the name meant other vectors before
        known = before.segments() if before else {}
        shards = {}
        for shard in root["shards"]:
            digest = shard["sha256"]
            same = before.shards.get(digest) if before else None
            shards[digest] = self.shard(shard, known) if same is None else same
        return Index(head["version"], head["snapshot"]["key"], self.column, shards)

    def shard(self, shard, known):
        parts = {}
        files = [json.loads(line) for line in self.expand(self.object(shard["key"], shard["sha256"])).splitlines()]
        listed = {file["path"]: file for file in files if "deadSince" not in file}
        for file in files:
            deleted = self.deleted(file["deletes"]) if "deletes" in file else None
            for fragment in file.get("fragments", []):
                # Rows that were moved into a file are numbered by the lines of those that they came from.
                if "segment" in fragment and not fragment.get("movedIn"):
                    start, end = fragment["start"], fragment["end"]
                    living = numpy.full(end - start, "deadSince" not in file or "movedTo" in file)
                    if deleted is not None:
                        first, past = numpy.searchsorted(deleted, [start, end])
                        living[deleted[first:past] - start] = False
                    part = (self.places(file, start, end, listed), living)
                    parts.setdefault(fragment["segment"], []).append(part)
        return {id: self.segment(of, known.get(id)) for id, of in parts.items()}

    @staticmethod
    def places(file, start, end, listed):
        """Where rows of a file are: (file, which of them is first, first row there, one past the last)."""
        if "movedTo" not in file:
            return [(file, 0, start, end)]
        moved = [(listed[to["file"]], rows) for to in file["movedTo"] for rows in to["rows"]]
        return [
            (there, rows["start"] - start, rows["at"], rows["at"] + rows["end"] - rows["start"])
            for there, rows in moved
            if start <= rows["start"] < end
        ]

    def segment(self, parts, known):
        """A segment that is known keeps its vectors: its id has one layout for ever."""
        living = numpy.concatenate([lives for _, lives in parts])
        there = known.there.copy() if known else numpy.zeros(len(living), bool)
        vectors = known.vectors if known else None
        row = 0
        places = []
        for of_part, lives in parts:
            for file, offset, start, end in of_part:
                first = row + offset
                rows = slice(first, first + end - start)
                places.append((file["path"], first, start, end))
                if (living[rows] & ~there[rows]).any():
                    read = self.vectors(file, start, end)
                    wide = numpy.zeros((len(living), read.shape[1]), read.dtype)
                    if vectors is not None and vectors.shape != wide.shape:
                        raise Unbuildable(f"File {file['path']} has vectors of {read.shape[1]} numbers, others have not")
                    vectors = wide if vectors is None else vectors.copy()
                    vectors[rows], there[rows] = read, True
            row += len(lives)
        return Segment(places, living, there, vectors)

    def vectors(self, file, start, end):
        """Rows of a local file, if it is the one that was listed. On S3: GetObject with IfMatch=version."""
        self.voice.still_holds()
        path = file["path"]
        try:
            with open(path, "rb") as opened:
                # An open file stays the same when a writer puts another one in its place; one that is written over
                # has another time afterwards.
                read = self.rows(opened, start, end) if self.is_same(opened, file) else None
                if read is None or not self.is_same(opened, file):
                    raise Unbuildable(f"File {path} has another version by now")
        except (OSError, pyarrow.ArrowException) as e:
            raise Unbuildable(f"File {path} cannot be read: {e}") from e
        numbers = read.flatten().to_numpy(zero_copy_only=False)
        if read.null_count or len(numbers) % len(read) or numpy.isnan(numbers).any():
            raise Unbuildable(f"File {path} has rows from {start} to {end - 1} without a vector, or of several lengths")
        return numbers.reshape(len(read), -1)

    def is_same(self, opened, file):
        """The version of a local file is made of its size, time and inode. A table's files never change."""
        stat = os.fstat(opened.fileno())
        seconds, nanos = divmod(stat.st_mtime_ns, 1_000_000_000)
        version = f"size:{stat.st_size};mtime:{seconds}.{nanos:09d};inode:{stat.st_ino}"
        return stat.st_size == file["bytes"] if self.of_table else version == file["version"]

    def rows(self, opened, start, end):
        parquet = pyarrow.parquet.ParquetFile(opened)
        groups, first, row = [], None, 0
        for i in range(parquet.metadata.num_row_groups):
            past = row + parquet.metadata.row_group(i).num_rows
            if row < end and past > start:
                groups.append(i)
                first = row if first is None else first
            row = past
        table = parquet.read_row_groups(groups, columns=[self.column.within(parquet.schema_arrow)])
        return table.column(0).combine_chunks().slice(start - first, end - start)

    def deleted(self, deletes):
        data = self.object(deletes["key"], deletes["sha256"], deletes["offset"], deletes["length"])
        return numpy.array(BitMap64.deserialize(data), dtype=numpy.int64)

    def object(self, key, digest, offset=0, length=-1):
        data = self.store.read(key, offset, length)
        # The clock after the read, and before its result counts: without a lease an object may be gone.
        self.voice.still_holds()
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            raise Unbuildable(f"Object {key} is missing or damaged")
        return data

    @staticmethod
    def expand(data):
        return pyarrow.input_stream(pyarrow.BufferReader(data), compression="zstd").read()


class Consumer:
    """Follows the log: holds each new version, builds it, lets readers have it, says so."""

    LIST_EVERY = 30  # looks
    LONGEST_PAUSE = 60  # seconds

    def __init__(self, store, voice, builder, look):
        self.store = store
        self.voice = voice
        self.builder = builder
        self.look = look
        self.looks = 0
        self.index = None

    def follow(self):
        version, pause = 0, self.look
        while True:
            head = self.newer(version)
            if head is None:
                time.sleep(self.look)
                continue
            version = head["version"]
            if head["kind"] == "RETIRED":
                self.voice.say("GONE", version)
                return
            snapshot = head.get("snapshot", {}).get("key")
            if snapshot is None or head["kind"] == "DECLARED" and self.index and self.index.snapshot == snapshot:
                continue
            try:
                self.voice.hold(version)
                self.serve(self.builder.build(head, self.index))
                pause = self.look
            except NotHeld:
                version = 0
                time.sleep(pause)
                pause = min(2 * pause, self.LONGEST_PAUSE)
            except Unbuildable as e:
                self.voice.say("FAILED", version, reason=str(e)[:1000])
                print(f"version {version} cannot be built: {e}", file=sys.stderr, flush=True)

    def serve(self, index):
        self.voice.still_holds()
        self.index = index
        counts = index.counts()
        segments = {"done": counts["segments"], "failed": 0, "total": counts["segments"]}
        self.voice.say("SERVING", index.version, rows=counts["rows"], segments=segments)
        print(f"version {index.version}: {counts['rows']} rows in {counts['segments']} segments", flush=True)

    def newer(self, version):
        """The newest version if it is newer. A look is one request; a list now and then finds what a gap hides."""
        self.looks += 1
        if version and self.looks % self.LIST_EVERY and self.store.read(key_of("head/", version + 1)) is None:
            return None
        key = self.store.first("head/")
        data = self.store.read(key) if key and number_of(key) > version else None
        return unsealed(key, data) if data else None


def serve_http(consumer, port):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            index = consumer.index
            if index is None:
                return self.answer(503, {"error": "nothing is served yet"})
            try:
                if "vector" not in asked:
                    return self.answer(200, {"version": index.version, **index.counts()})
                query = numpy.array([float(number) for number in asked["vector"][0].split(",")])
                hits = index.search(query, max(1, int(asked.get("k", ["10"])[0])))
                self.answer(200, {"version": index.version, "hits": hits})
            except ValueError as e:
                self.answer(400, {"error": str(e)})

        def answer(self, status, body):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"search at http://127.0.0.1:{server.server_port}/?k=3&vector=1,2,3", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", help="the catalog's folder, and the collection's id below it")
    parser.add_argument("--name", default="search", help="one process at a time has it")
    parser.add_argument("--column", default="embedding", help="the Parquet column with the vectors")
    parser.add_argument("--port", type=int, default=8080, help="0 for one that is free")
    parser.add_argument("--lease", type=int, default=600, help="seconds")
    parser.add_argument("--look", type=float, default=1, help="seconds between two looks at the log")
    options = parser.parse_args()
    store = Folder(options.collection)
    voice = Voice(store, options.name, options.lease)
    consumer = Consumer(store, voice, Builder(store, voice, options.column), options.look)
    serve_http(consumer, options.port)
    try:
        consumer.follow()
    except Unbuildable as e:
        sys.exit(f"consumer.py: {e}")


if __name__ == "__main__":
    main()
