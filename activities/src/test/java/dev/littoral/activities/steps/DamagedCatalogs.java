package dev.littoral.activities.steps;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.testing.SealedHead;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.OnBadFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * A catalog that real updates made, and every kind of damage to it. Its log: 1 DECLARED, 2 COMMITTED, 3 COMMITTED after
 * changes, 4 DECLARED and 5 COMMITTED without a folder, 6 DECLARED and 7 COMMITTED with it again.
 */
abstract class DamagedCatalogs {
    static final CollectionOptions OPTIONS = PipelineTest.options(5_000);

    @TempDir
    static Path made;

    static Path lakeFolder() {
        return made.resolve("lake");
    }

    static ExternalSource all() {
        return new ExternalSource(
                "file://" + lakeFolder() + "/",
                new FolderSpec("parquet", List.of(), List.of(), List.of(), OnBadFile.SKIP, null));
    }

    @BeforeAll
    static void makeCatalog() throws Exception {
        Lake lake = Lake.in(lakeFolder());
        for (int i = 0; i < 36; i++) {
            lake.write("day=%d/f%02d.parquet".formatted(i / 9, i), 700 + 100 * i, i % 2);
        }
        lake.writeBytes("_SUCCESS", new byte[0], 0, "empty");
        CatalogStore store = LocalStores.catalog(made.resolve("catalog"));
        try (Pipeline pipeline = new Pipeline(store, PipelineTest.local(), 10)) {
            pipeline.update(all(), OPTIONS);
            lake.write("day=1/f10.parquet", 1_234, 0);
            lake.writeBytes("day=1/bad.parquet", "no Parquet".getBytes(UTF_8), 0, "bad");
            pipeline.update(all(), OPTIONS);
            ExternalSource without = new ExternalSource(
                    all().uri(),
                    new FolderSpec("parquet", List.of(), List.of("day=3/**"), List.of(), OnBadFile.SKIP, null));
            pipeline.update(without, OPTIONS);
            Head head = pipeline.update(all(), OPTIONS).head();
            assertThat(head.version()).isEqualTo(7);
            assertThat(head.snapshot().totals().files()).isEqualTo(36);
            assertThat(pipeline.snapshot(head)).hasSizeGreaterThan(3);
        }
    }

    static CatalogFolder copyTo(Path to) {
        return CatalogFolder.copy(made.resolve("catalog"), to);
    }

    /**
     * A damage.
     *
     * @param expected how each finding has to start, after which what it has to have
     */
    record Damage(String name, Consumer<CatalogFolder> done, List<String[]> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Damage> DAMAGES = new ArrayList<>();

    private static void damage(String name, Consumer<CatalogFolder> done, String... expected) {
        DAMAGES.add(new Damage(
                name,
                done,
                Stream.of(expected).map(line -> line.split(" \\.\\.\\. ")).toList()));
    }

    private static String head(long version) {
        return "c/head/%010d.json: ".formatted(9_999_999_999L - version);
    }

    private static final String UNKNOWN = "INFO c/snapshots/: a version or a root cannot be read";

    static {
        // The log.
        damage(
                "the newest version is cut short",
                c -> c.truncate(c.headPath(7)),
                "ERROR " + head(7) + "it cannot be read: ... expected version 7 of the head",
                UNKNOWN);
        damage(
                "an old version is cut short",
                c -> c.truncate(c.headPath(3)),
                "ERROR " + head(3) + "it cannot be read: ");
        damage(
                "a version is empty",
                c -> c.write(c.headPath(5), ""),
                "ERROR " + head(5) + "it cannot be read: it holds no JSON object");
        damage(
                "a version is no JSON",
                c -> c.write(c.headPath(5), new byte[] {0, 1, 2, (byte) 0xff}),
                "ERROR " + head(5) + "it cannot be read: ");
        damage(
                "a version is a list",
                c -> c.write(c.headPath(5), "[1]"),
                "ERROR " + head(5) + "it cannot be read: it holds no JSON object");
        damage(
                "a version has something after it",
                c -> c.write(c.headPath(5), c.head(5) + "{}"),
                "ERROR " + head(5) + "it cannot be read: something follows");
        damage(
                "a version has a field twice",
                c -> c.write(c.headPath(5), c.head(5).toString().replaceFirst("\\{", "{\"version\":5,")),
                "ERROR " + head(5) + "it cannot be read: Duplicate field 'version'");
        damage(
                "a version lacks fields",
                c -> c.editHead(5, head -> head.without(List.of("time", "commitId"))),
                "ERROR " + head(5) + "commitId is missing",
                "ERROR " + head(5) + "time is missing");
        damage(
                "a version is of an unknown kind",
                c -> c.editHead(5, head -> head.put("kind", "FORCED")),
                "ERROR " + head(5) + "kind is \"FORCED\"; expected one of [DECLARED");
        damage(
                "a version says that it was listed at another time than its root",
                c -> c.editHead(5, head -> ((ObjectNode) head.get("snapshot")).put("listedAt", "2026-11-01T12:00:00Z")),
                "ERROR " + head(5)
                        + "its snapshot's listedAt is 2026-11-01T12:00:00Z"
                        + "; expected 1970-01-01T00:00:00Z, as its root says");
        damage(
                "a version says that it was listed at no time",
                c -> c.editHead(5, head -> ((ObjectNode) head.get("snapshot")).put("listedAt", "noon")),
                "ERROR " + head(5) + "snapshot.listedAt is \"noon\"; expected an instant");
        damage(
                "a version is edited",
                c -> c.write(c.headPath(5), SealedHead.of(c.head(5)).replace("\"generation\":2", "\"generation\":1")),
                "ERROR " + head(5) + "its SHA-256 is ... as its last field says",
                "ERROR " + head(6) + "generation 3 DECLARED after 1",
                "ERROR " + head(5) + "generation 1 COMMITTED after 2",
                "ERROR c/snapshots/0000000005- ... its source or its generation");
        damage(
                "a version has no digest",
                c -> c.write(c.headPath(5), c.head(5).toString()),
                "ERROR " + head(5) + "it does not end with its SHA-256");
        damage(
                "a version is nested too deep",
                c -> c.write(c.headPath(5), "{\"version\":" + "[".repeat(5_000)),
                "ERROR " + head(5) + "it cannot be read: ");
        damage("an old version is deleted", c -> c.delete(c.headPath(3)), "ERROR " + head(3) + "version 3 is missing");
        damage(
                "two old versions are deleted",
                c -> {
                    c.delete(c.headPath(3));
                    c.delete(c.headPath(4));
                },
                "ERROR " + head(4) + "versions 3 to 4 are missing",
                UNKNOWN);
        damage(
                "the two newest versions are deleted",
                c -> {
                    c.delete(c.headPath(7));
                    c.delete(c.headPath(6));
                },
                "ERROR c/snapshots/0000000007- ... it is for version 7, but the newest is 5");
        damage(
                "all versions are deleted",
                c -> c.versions().forEach(version -> c.delete(c.headPath(version))),
                "ERROR c/head/: there is no version of the head",
                "ERROR c/snapshots/0000000002-",
                "ERROR c/snapshots/0000000003-",
                "ERROR c/snapshots/0000000005-",
                "ERROR c/snapshots/0000000007-");
        damage(
                "two versions are swapped",
                c -> c.swap(c.headPath(3), c.headPath(5)),
                "ERROR " + head(5) + "it says version 3; expected version 5",
                "ERROR " + head(3) + "it says version 5; expected version 3");
        damage(
                "a version is there twice",
                c -> c.write(c.headPath(8), SealedHead.of(c.head(7))),
                "ERROR " + head(8) + "it says version 7; expected version 8");
        damage(
                "a version of another name is there",
                c -> c.write(c.path("head/0.json"), "{}"),
                "ERROR c/head/0.json: this is no name of a head version");
        damage(
                "a commit is used twice",
                c -> c.editHead(
                        6,
                        head -> head.put("commitId", c.head(4).get("commitId").asText())),
                "ERROR " + head(4) + "its commitId declare-");
        damage(
                "nextSegmentId goes back",
                c -> c.editHead(6, head -> head.put("nextSegmentId", 2)),
                "ERROR " + head(6) + "nextSegmentId is 2 after ",
                "ERROR " + head(6) + "nextSegmentId is 2, but its snapshot has segment ");
        damage(
                "update numbers go back",
                c -> c.editHead(5, head -> head.put("update", 1)),
                "ERROR " + head(5) + "update 1 wrote it after update 3");
        damage(
                "a generation is left out",
                c -> c.editHead(7, head -> head.put("generation", 4)),
                "ERROR " + head(7) + "generation 4 COMMITTED after 3; expected generation 3",
                "ERROR c/snapshots/0000000007- ... its source or its generation 3 is not that of version 7");
        damage(
                "a declaration keeps the generation",
                c -> c.editHead(4, head -> head.put("generation", 1)),
                "ERROR " + head(5) + "generation 2 COMMITTED after 1",
                "ERROR " + head(4) + "generation 1 DECLARED after 1");
        damage(
                "a commit changes the source",
                c -> c.editHead(3, head -> ((ObjectNode) head.get("source")).put("uri", "s3://other/")),
                "ERROR " + head(3) + "COMMITTED with another source than version 2",
                "ERROR c/snapshots/0000000003- ... its source or its generation");
        damage(
                "a declaration changes the snapshot",
                c -> c.editHead(4, head -> head.set("snapshot", c.head(2).get("snapshot"))),
                "ERROR " + head(4) + "DECLARED with another snapshot than version 3",
                "ERROR c/snapshots/0000000003- ... is new in version 5",
                "ERROR c/snapshots/0000000003- ... is new in version 5",
                "ERROR c/snapshots/0000000003- ... is new in version 5",
                "ERROR c/snapshots/0000000003- ... is new in version 5");
        damage(
                "a retired collection goes on",
                c -> c.editHead(6, head -> head.put("kind", "RETIRED")),
                "ERROR " + head(7) + "it follows version 6, which is RETIRED",
                "ERROR " + head(6) + "generation 3 RETIRED after 2",
                "ERROR " + head(6) + "RETIRED with another source");
        damage(
                "a commit has no snapshot of its own",
                c -> c.editHead(3, head -> head.set("snapshot", c.head(2).get("snapshot"))),
                "ERROR " + head(4) + "DECLARED with another snapshot",
                "ERROR " + head(3) + "COMMITTED with the snapshot of version 2",
                "ERROR c/snapshots/0000000002- ... its version is 2; expected 3");
        damage(
                "a version rolls back to what no version has served",
                c -> {
                    ObjectNode head = c.head(7)
                            .put("version", 8)
                            .put("kind", "ROLLED_BACK")
                            .put("commitId", "8-x");
                    ((ObjectNode) head.get("snapshot")).put("sha256", "0".repeat(64));
                    c.write(c.headPath(8), SealedHead.of(head));
                },
                "ERROR " + head(8) + "ROLLED_BACK to the snapshot ... which no older version has",
                "ERROR c/snapshots/0000000007- ... its SHA-256 is ... as version 8 of the head says");
        damage(
                "the first version is a commit",
                c -> c.editHead(1, head -> head.put("kind", "COMMITTED")),
                "ERROR " + head(1) + "version 1 is COMMITTED",
                "ERROR " + head(1) + "it is COMMITTED without a snapshot");
        damage(
                "a version names a root elsewhere",
                c -> c.editHead(7, head -> ((ObjectNode) head.get("snapshot")).put("key", "../x/root.json.zst")),
                "ERROR " + head(7) + "it names the snapshot ../x/root.json.zst",
                UNKNOWN);

        // Roots.
        damage(
                "the root is cut short",
                c -> c.truncate(c.path(c.rootKey(7))),
                "ERROR c/snapshots/0000000007- ... root.json.zst: its SHA-256 is ... as version 7 of the head says",
                UNKNOWN);
        damage(
                "the root has a byte changed",
                c -> c.flip(c.path(c.rootKey(7))),
                "ERROR c/snapshots/0000000007- ... root.json.zst: its SHA-256 is",
                UNKNOWN);
        damage(
                "an old root is deleted",
                c -> c.delete(c.path(c.rootKey(3))),
                "ERROR c/snapshots/0000000003- ... root.json.zst: it is missing ... version 4 of the head",
                UNKNOWN);
        damage(
                "two roots are swapped",
                c -> c.swap(c.path(c.rootKey(2)), c.path(c.rootKey(7))),
                "ERROR c/snapshots/0000000007- ... its SHA-256",
                "ERROR c/snapshots/0000000002- ... its SHA-256",
                UNKNOWN);
        damage(
                "a root is of another format",
                c -> c.forgeRoot(7, root -> root.put("format", 4)),
                "ERROR c/snapshots/0000000007- ... root.json.zst: format is 4; expected 1 to 3",
                UNKNOWN);
        damage(
                "a root is another collection's",
                c -> c.forgeRoot(7, root -> root.put("collectionId", "d")),
                "ERROR c/snapshots/0000000007- ... its collectionId is d");
        damage(
                "a root is of another version",
                c -> c.forgeRoot(7, root -> root.put("version", 8)),
                "ERROR c/snapshots/0000000007- ... its version is 8; expected 7");
        damage(
                "a root lacks a field",
                c -> c.forgeRoot(7, root -> root.remove("shards")),
                "ERROR c/snapshots/0000000007- ... shards is missing; expected a list",
                UNKNOWN);
        damage(
                "totals are wrong under right digests",
                c -> c.forgeRoot(7, root -> ((ObjectNode) root.get("totals")).put("rows", 1)),
                "ERROR c/snapshots/0000000007- ... its totals are files 36, ... the sum of its shards");
        damage(
                "the head's totals are wrong",
                c -> c.editHead(7, head -> ((ObjectNode) head.get("snapshot").get("totals")).put("files", 1)),
                "ERROR c/snapshots/0000000007- ... its totals are ... as the head version says");
        damage(
                "a shard's totals are wrong under right digests and sums",
                c -> c.forgeRoot(7, root -> {
                    ((ObjectNode) root.get("totals"))
                            .put("bytes", root.get("totals").get("bytes").asLong() + 1);
                    ObjectNode totals = (ObjectNode) root.get("shards").get(1).get("totals");
                    totals.put("bytes", totals.get("bytes").asLong() + 1);
                }),
                "ERROR c/snapshots/0000000007- ... shards[1].totals are ... which snapshots/");
        damage(
                "a shard's listing is wrong",
                c -> c.forgeRoot(7, root -> ((ObjectNode) root.get("shards").get(0)).put("listing", "0".repeat(64))),
                "ERROR c/snapshots/0000000007- ... shards[0].listing is 000");
        damage(
                "a shard's schemas are wrong",
                c -> c.forgeRoot(
                        7, root -> ((ArrayNode) root.get("shards").get(0).get("schemas")).add("zz")),
                "ERROR c/snapshots/0000000007- ... shards[0].schemas are ... zz");
        damage(
                "a shard's range is not that of its files",
                c -> c.forgeRoot(
                        7,
                        root -> ((ObjectNode) root.get("shards").get(1))
                                .put("from", lakeFolder() + "/day=0/f00.parquet")),
                "ERROR c/snapshots/0000000007- ... shards[0] has the paths from");
        damage(
                "two shards of a root change places",
                c -> c.forgeRoot(7, root -> {
                    ArrayNode shards = (ArrayNode) root.get("shards");
                    ObjectNode first = (ObjectNode) shards.get(1);
                    shards.set(1, shards.get(2));
                    shards.set(2, first);
                }),
                "ERROR c/snapshots/0000000007- ... shards[2].from is",
                "ERROR c/snapshots/0000000007- ... shards[1] has the paths from",
                "ERROR c/snapshots/0000000007- ... shards[2] starts with");
        damage(
                "a shard is named twice",
                c -> c.forgeRoot(7, root -> {
                    ArrayNode shards = (ArrayNode) root.get("shards");
                    ObjectNode again = shards.get(shards.size() - 1).deepCopy();
                    shards.add(again.put("from", lakeFolder() + "/z"));
                    ObjectNode totals = (ObjectNode) root.get("totals");
                    again.get("totals")
                            .properties()
                            .forEach(total -> totals.put(
                                    total.getKey(),
                                    totals.get(total.getKey()).asLong()
                                            + total.getValue().asLong()));
                }),
                "ERROR c/snapshots/0000000007- ... is the object ... another one than the shards before");
        damage(
                "a target is smaller than segments",
                c -> c.forgeRoot(7, root -> root.put("targetRowsPerSegment", 100)),
                "ERROR c/snapshots/0000000007- ... segment ",
                "ERROR c/snapshots/0000000007- ... segment ",
                "ERROR c/snapshots/0000000007- ... segment ",
                "ERROR c/snapshots/0000000007- ... segment ",
                "ERROR c/snapshots/0000000007- ... rows; expected at most 100, its targetRowsPerSegment");
        damage(
                "a root names a shard elsewhere",
                c -> c.forgeRoot(7, root -> ((ObjectNode) root.get("shards").get(0)).put("key", "/etc/passwd")),
                "ERROR c/snapshots/0000000007- ... it names the shard /etc/passwd");
        damage(
                "a root says another source than the head",
                c -> c.forgeRoot(7, root -> ((ObjectNode) root.get("source").get("spec")).put("profile", "x")),
                "ERROR c/snapshots/0000000007- ... its source or its generation");
        damage(
                "the files are not below the source",
                c -> {
                    c.forgeRoot(7, root -> ((ObjectNode) root.get("source")).put("uri", "file:///elsewhere/"));
                    for (long version : List.of(6L, 7L)) {
                        c.editHead(version, head -> ((ObjectNode) head.get("source")).put("uri", "file:///elsewhere/"));
                    }
                },
                "ERROR c/snapshots/0000000007- ... shards[0] has the path ",
                "ERROR c/snapshots/0000000007- ... shards[1] has",
                "ERROR c/snapshots/0000000007- ... shards[2] has",
                "ERROR c/snapshots/0000000007- ... shards[3] has",
                "ERROR c/snapshots/0000000007- ... below its source file:///elsewhere/");

        // Shards.
        damage(
                "a shard is cut short",
                c -> c.truncate(c.path(c.shardKey(7, 0))),
                "ERROR c/snapshots/ ... shard-000000.jsonl.zst: its SHA-256 is");
        damage(
                "a shard has a byte changed",
                c -> c.flip(c.path(c.shardKey(7, 0))),
                "ERROR c/snapshots/ ... its SHA-256 is");
        damage("a shard is empty", c -> c.write(c.path(c.shardKey(7, 0)), ""), "ERROR c/snapshots/ ... its SHA-256 is");
        damage(
                "a shard is deleted",
                c -> c.delete(c.path(c.shardKey(7, 0))),
                "ERROR c/snapshots/ ... it is missing; expected it to be there, as c/snapshots/0000000007-");
        damage(
                "two shards are swapped",
                c -> c.swap(c.path(c.shardKey(7, 0)), c.path(c.shardKey(7, 1))),
                "ERROR c/snapshots/ ... its SHA-256 is",
                "ERROR c/snapshots/ ... its SHA-256 is");
        forged(
                "a shard is no JSON lines",
                lines -> "hello\n",
                "at its line 1 it cannot be read, as Unrecognized token");
        forged(
                "a shard ends within a line",
                lines -> CatalogFolder.text(lines)
                        .substring(0, CatalogFolder.text(lines).indexOf('\n') + 20),
                "at its line 2 it cannot be read, as Unexpected end-of-input");
        forged(
                "a shard has two files in a line",
                lines -> CatalogFolder.text(lines).replace("\n", ""),
                "at its line 2 it cannot be read, as it starts on line 1");
        forged(
                "a line is no object",
                lines -> "[]\n" + CatalogFolder.text(lines),
                "at its line 1 it cannot be read, as it is no JSON object");
        forged(
                "a line lacks its rows",
                lines -> {
                    lines.get(2).remove("rows");
                    return CatalogFolder.text(lines);
                },
                "at its line 3 it cannot be read, as it lacks one of");
        forged(
                "a line has rows in words",
                lines -> {
                    lines.get(2).put("rows", "many");
                    return CatalogFolder.text(lines);
                },
                "at its line 3 it cannot be read, as its rows is no whole number");
        forged(
                "a line has a number beyond all",
                lines -> CatalogFolder.text(lines).replaceFirst("\"rows\":\\d+", "\"rows\":99999999999999999999"),
                "at its line 1 it cannot be read, as its rows is no whole number");
        edited(
                "a shard's files are out of order",
                lines -> Collections.swap(lines, 1, 2),
                "path ",
                "follows",
                "the order of their UTF-8 bytes");
        edited("a file is there twice", lines -> lines.add(2, lines.get(1).deepCopy()), "path ", "follows");
        edited(
                "a file's fragments leave a gap",
                lines -> ((ObjectNode) lines.get(0).get("fragments").get(0)).put("start", 1),
                "has the fragment [1, ",
                "starts at row 0");
        edited(
                "a file's fragments do not reach its end",
                lines -> lines.get(0).put("rows", 1_000_000),
                "fragments of ",
                "those of all its 1000000");
        edited(
                "a file that is left out has fragments",
                lines -> lines.get(0).put("skipped", "why"),
                "fragments; expected none, since it is left out");
        edited("a file without a schema is served", lines -> lines.get(0).remove("schema"), "has no schema");
        edited(
                "a segment is 0",
                lines -> ((ObjectNode) lines.get(0).get("fragments").get(0)).put("segment", 0),
                "a fragment in segment 0; expected an id from 1 on");

        // Segments.
        damage(
                "a segment is in two shards",
                c -> {
                    long id = c.lines(c.shardKey(7, 1))
                            .get(0)
                            .get("fragments")
                            .get(0)
                            .get("segment")
                            .asLong();
                    c.forgeShard(c.shardKey(7, 3), lines -> fragmentsIn(lines.get(lines.size() - 1), id));
                },
                "ERROR c/snapshots/ ... segment ... has other fragments than in the snapshot of version 7",
                "ERROR c/snapshots/ ... lies in another shard of the snapshot of version 7 too",
                "ERROR c/snapshots/ ... is new in version 7");
        damage(
                "a segment has other fragments than it had",
                c -> {
                    // The second version wrote the shards of day 1 anew, and kept segments of theirs.
                    long kept = keptSegment(c);
                    c.forgeShard(c.shardKey(2, shardWith(c, 2, kept)), lines -> {
                        ObjectNode line = lineWith(lines, kept);
                        line.put("version", "another");
                    });
                },
                "ERROR c/snapshots/0000000002- ... has other fragments than in the snapshot of version ");
        damage(
                "a segment has an id of the future",
                c -> c.forgeShard(c.shardKey(7, 3), lines -> fragmentsIn(lines.get(lines.size() - 1), 1_000_000)),
                "ERROR " + head(7) + "nextSegmentId is ... but its snapshot has segment 1000000");
        damage(
                "a new segment has an id of the past",
                c -> {
                    long next = c.head(6).get("nextSegmentId").asLong();
                    c.editHead(6, head -> head.put("nextSegmentId", next + 1));
                    c.editHead(5, head -> head.put("nextSegmentId", next + 1));
                },
                "ERROR c/snapshots/0000000007- ... is new in version 7; expected new ids from ");

        // The skip report.
        damage(
                "the skip report is cut short",
                c -> c.truncate(c.path(c.skipKey(7))),
                "ERROR c/snapshots/0000000007- ... skipped.jsonl.zst: its SHA-256 is ... root.json.zst says");
        damage(
                "the skip report is deleted",
                c -> c.delete(c.path(c.skipKey(7))),
                "ERROR c/snapshots/0000000007- ... skipped.jsonl.zst: it is missing");
        damage(
                "the skip report has too few lines",
                c -> c.forgeSkipReport(7, ""),
                "ERROR c/snapshots/0000000007- ... it has 0 lines; expected 1");
        damage(
                "the skip report has other lines",
                c -> c.forgeSkipReport(7, "{\"path\":1}\n"),
                "ERROR c/snapshots/0000000007- ... as it lacks a file or a reason");
        damage(
                "the skip report is not named",
                c -> c.forgeRoot(7, root -> ((ObjectNode) root.get("skipped")).remove("key")),
                "ERROR c/snapshots/0000000007- ... it has no skip report, but counts 1",
                "WARNING c/snapshots/0000000007- ... skipped.jsonl.zst: no version names it");

        // What is left over.
        damage(
                "an update that lost left objects",
                c -> c.write(c.path("snapshots/0000000007-lost/shard-000000.jsonl.zst"), "x"),
                "WARNING c/snapshots/0000000007-lost/shard-000000.jsonl.zst: no version names it");
        damage(
                "an update is about to commit",
                c -> c.write(c.path("snapshots/0000000008-next/root.json.zst"), "x"),
                "INFO c/snapshots/0000000008-next/: an update that is to commit version 8");
        damage(
                "an old update left its staging",
                c -> c.write(c.path("staging/0000000003/r1-x/plan.json.zst"), "x"),
                "WARNING c/staging/0000000003/: update 3 left it");
        damage(
                "the last update left its staging",
                c -> c.write(c.path("staging/0000000004/r1-x/plan.json.zst"), "x"),
                "WARNING c/staging/0000000004/: update 4 left it");
        damage(
                "an update runs",
                c -> {
                    c.write(c.path("staging/0000000005/r1-x/a"), "x");
                    c.write(c.path("staging/0000000005/r1-x/b"), "x");
                },
                "INFO c/staging/0000000005/: update 5 runs");
        damage(
                "something strange is there",
                c -> c.write(c.path("snapshots/notes.txt"), "x"),
                "WARNING c/snapshots/notes.txt: the format knows no such object");

        // The store.
        damage("the marker is gone", c -> c.delete(c.marker()), "WARNING _littoral/store.json: it is missing");
        damage(
                "the marker is another store's",
                c -> c.write(c.marker(), "{\"format\":1,\"location\":\"/elsewhere\"}"),
                "INFO _littoral/store.json: it says that the store is at /elsewhere");
        damage(
                "the marker is of another format",
                c -> c.write(c.marker(), "{\"format\":2,\"location\":\"/elsewhere\"}"),
                "ERROR _littoral/store.json: format is 2; expected 1");
        damage("the marker is no JSON", c -> c.write(c.marker(), "{"), "ERROR _littoral/store.json: it cannot be read");
    }

    private static void forged(
            String name, java.util.function.Function<List<ObjectNode>, String> text, String expected) {
        damage(
                name,
                c -> {
                    List<ObjectNode> lines = new ArrayList<>(c.lines(c.shardKey(7, 3)));
                    c.forgeText(c.shardKey(7, 3), lines, text.apply(lines));
                },
                "ERROR c/snapshots/0000000007- ... .jsonl.zst: " + expected);
    }

    private static void edited(String name, Consumer<List<ObjectNode>> edit, String... expected) {
        damage(
                name,
                c -> c.forgeShard(c.shardKey(7, 3), edit),
                "ERROR c/snapshots/0000000007- ... " + String.join(" ... ", expected));
    }

    private static void fragmentsIn(ObjectNode line, long segment) {
        line.get("fragments").forEach(fragment -> ((ObjectNode) fragment).put("segment", segment));
    }

    private static long keptSegment(CatalogFolder c) {
        // Ids below the nextSegmentId of version 2 that version 3 has in a shard of its own.
        long next = c.head(2).get("nextSegmentId").asLong();
        for (int i = 0; i < c.root(3).get("shards").size(); i++) {
            if (c.shardKey(3, i).startsWith("snapshots/0000000003-")) {
                for (ObjectNode line : c.lines(c.shardKey(3, i))) {
                    if (line.get("fragments").size() > 0
                            && line.get("fragments").get(0).get("segment").asLong() < next) {
                        return line.get("fragments").get(0).get("segment").asLong();
                    }
                }
            }
        }
        throw new AssertionError("no segment was kept");
    }

    private static ObjectNode lineWith(List<ObjectNode> lines, long segment) {
        return lines.stream()
                .filter(line ->
                        line.get("fragments").findValuesAsText("segment").contains(Long.toString(segment)))
                .findFirst()
                .orElse(null);
    }

    private static int shardWith(CatalogFolder c, long version, long segment) {
        int shard = 0;
        while (lineWith(c.lines(c.shardKey(version, shard)), segment) == null) {
            shard++;
        }
        return shard;
    }

    static List<Damage> damages() {
        return DAMAGES;
    }
}
