package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.catalog.SnapshotRoot.SkipReport;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.model.Totals;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a root or with a line of a shard whose digest is right: one edit of the JSON, one sentence. */
class SnapshotValidatorTest {
    private static final ExternalSource SOURCE = new ExternalSource("s3://lake/a/", ExternalSpec.parquet());
    private static final String FOLDER = CatalogLayout.objects(7, "7-x");
    private static final String DIGEST = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final Totals TOTALS = new Totals(1, 100, 2, 10, 2, 0, 0);
    private static final String DELETES = CatalogLayout.deletes(FOLDER, 0, 0);
    private static final String DELETES_OF_ONE_ROW = """
            /deletes={"key":"%s","offset":0,"length":1,"count":1,"sha256":"%s"}""".formatted(DELETES, DIGEST);

    /** Sets what is at pointers, or takes it away: {@code /a/b=1 ; /c=}. */
    private static <T> T edited(T value, Class<T> type, String edits) throws IOException {
        JsonNode tree = Json.tree(value);
        for (String edit : edits.split(" ; ", -1)) {
            String[] parts = edit.split("=", 2);
            JsonPointer at = JsonPointer.compile(parts[0]);
            JsonNode to = parts[1].isEmpty() ? null : Json.JSON.readTree(parts[1]);
            JsonNode parent = tree.at(at.head());
            if (parent instanceof ArrayNode array) {
                array.set(at.last().getMatchingIndex(), to);
            } else if (to == null) {
                ((ObjectNode) parent).remove(at.last().getMatchingProperty());
            } else {
                ((ObjectNode) parent).set(at.last().getMatchingProperty(), to);
            }
        }
        return Json.JSON.treeToValue(tree, type);
    }

    // ------------------------------------------------------------------ roots

    private static ShardRef shard(String from, int number) {
        return new ShardRef(
                from, CatalogLayout.shard(FOLDER, number), DIGEST, DIGEST, TOTALS, List.of("s"), 0L, null, 0);
    }

    private static final SnapshotRoot ROOT = new SnapshotRoot(
            SnapshotRoot.FORMAT_WITHOUT_MOVES,
            "c",
            7,
            SOURCE,
            1,
            1_000,
            TOTALS.plus(TOTALS),
            List.of(shard("", 0), shard("/m", 1)),
            new SkipReport(0, null, null),
            0.3,
            "",
            Instant.EPOCH,
            null,
            null);

    private static Head head(String snapshot, Totals totals) {
        SnapshotRef ref = new SnapshotRef(snapshot, DIGEST, totals, Instant.EPOCH);
        return new Head(7, "7-x", HeadKind.COMMITTED, SOURCE, 1, 7, ref, 40, Instant.EPOCH, "a test");
    }

    private static String fault(SnapshotRoot root) {
        return SnapshotValidator.of(root, head(CatalogLayout.root(FOLDER), TOTALS.plus(TOTALS)), "c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/format=3",
                "/format=3 ; /shards/1/movedIn=1",
                "/format=1 ; /maxDeadShare= ; /sourceVersion= ; /listedAt=",
                "/version=1 ; /shards/0/key=\"snapshots/0000000001-1-x/shard-000000.jsonl.zst\""
                        + " ; /shards/1/key=\"snapshots/0000000001-1-x/shard-000001.jsonl.zst\"",
                "/targetRowsPerSegment=1",
                "/shards/1/deletes=[\"snapshots/0000000007-7-x/deletes-000001-0.bin\"]",
                "/shards/0/schemas=[]"
            })
    void aRootThatFollowsTheFormatIsRight(String edits) throws IOException {
        assertThat(fault(ROOT)).isNull();
        assertThat(fault(edited(ROOT, SnapshotRoot.class, edits))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/format=0 | its format is 0; expected 1 to 3, those that this version of Littoral reads",
                "/format=4 | its format is 4; expected 1 to 3, those that this version of Littoral reads",
                "/maxDeadShare= | it lacks its maxDeadShare, its sourceVersion or its listedAt",
                "/sourceVersion= | it lacks its maxDeadShare, its sourceVersion or its listedAt",
                "/listedAt= | it lacks its maxDeadShare, its sourceVersion or its listedAt",
                "/collectionId=\"d\" | its collectionId is d; expected c",
                "/version=0 | its version is 0; expected 1 to 7",
                "/version=8 | its version is 8; expected 1 to 7",
                "/source= | it has no source",
                "/source/uri= | it has no source",
                "/targetRowsPerSegment=0 | its targetRowsPerSegment is 0; expected 1 or more",
                "/shards= | its shards or its skipped are missing",
                "/skipped= | its shards or its skipped are missing",
                "/skipped/key=\"snapshots/0000000007-7-x/root.json.zst\" ; /skipped/sha256=\"" + DIGEST
                        + "\" | it names the skip report snapshots/0000000007-7-x/root.json.zst; expected the key of"
                        + " one, and its SHA-256",
                "/skipped/key=\"snapshots/0000000007-7-x/skipped.jsonl.zst\" | it names the skip report"
                        + " snapshots/0000000007-7-x/skipped.jsonl.zst; expected the key of one, and its SHA-256",
                "/shards/1=null | shards[1] lacks a field",
                "/shards/1/from= | shards[1] lacks a field",
                "/shards/1/key= | shards[1] lacks a field",
                "/shards/1/totals= | shards[1] lacks a field",
                "/shards/1/key=\"snapshots/0000000008-7-x/shard-000001.jsonl.zst\" | shards[1] has the key"
                        + " snapshots/0000000008-7-x/shard-000001.jsonl.zst; expected that of a shard of version 7 or"
                        + " older",
                "/shards/1/key=\"snapshots/0000000007-7-x/root.json.zst\" | shards[1] has the key"
                        + " snapshots/0000000007-7-x/root.json.zst; expected that of a shard of version 7 or older",
                "/shards/1/sha256= | shards[1] has no right SHA-256",
                "/shards/1/sha256=\"0123456789ABCDEF\" | shards[1] has no right SHA-256",
                "/shards/1/listing=\"\" | shards[1] has no right SHA-256",
                "/shards/1/deletes=[\"x\"] | shards[1] names the deletes [x]; expected keys of objects with them",
                "/shards/1/deletes=[null] | shards[1] names the deletes [null]; expected keys of objects with them",
                "/shards/1/schemas= | shards[1] has no right schemas",
                "/shards/1/schemas=[null] | shards[1] has no right schemas",
                "/shards/0/from=\"/a\" | shards[0] starts from '/a'; expected an empty text for the first, and then"
                        + " rising ones",
                "/shards/1/from=\"\" | shards[1] starts from ''; expected an empty text for the first, and then"
                        + " rising ones",
                "/shards/1/movedIn=1 | its format is 2, and rows of its shards were moved; expected 3",
                "/totals/rows=19 | its totals, those of its shards and those of version 7 differ",
                "/shards/0/totals/rows=9 | its totals, those of its shards and those of version 7 differ"
            })
    void aFaultOfARootIsNamed(String edits, String sentence) throws IOException {
        assertThat(fault(edited(ROOT, SnapshotRoot.class, edits))).isEqualTo(sentence);
    }

    @Test
    void aRootIsWhatItsVersionNames() {
        assertThat(fault((SnapshotRoot) null)).isEqualTo("it is null; expected a root");
        assertThat(SnapshotValidator.of(ROOT, head(CatalogLayout.root(FOLDER), TOTALS), "c"))
                .isEqualTo("its totals, those of its shards and those of version 7 differ");
        assertThat(SnapshotValidator.of(head(CatalogLayout.root(FOLDER), TOTALS)))
                .isNull();
        assertThat(SnapshotValidator.of(head(DELETES, TOTALS)))
                .isEqualTo("it names the snapshot " + DELETES + "; expected the key of a root");
    }

    // ------------------------------------------------------------------ lines

    private static final FileEntry FILE = FileEntry.served(
            new SourceFile("/a", "v", 100),
            10,
            "s",
            List.of(new FragmentEntry(0, 5, 1L), new FragmentEntry(5, 10, 2L)));

    private static final FileEntry DEAD = FILE.dead(3);

    private static final FileEntry MOVED = FILE.gone(
            3L,
            FILE.fragments(),
            null,
            List.of(
                    new MovedRows("/z", "w", List.of(new MovedRows.Range(5, 10, 0))),
                    new MovedRows("/y", "w", List.of(new MovedRows.Range(0, 5, 7)))));

    private static String fault(FileEntry file) {
        return SnapshotValidator.of(file, null, shard(List.of(DELETES)));
    }

    private static ShardRef shard(List<String> deletes) {
        return new ShardRef("", CatalogLayout.shard(FOLDER, 0), DIGEST, DIGEST, TOTALS, List.of("s"), 0L, deletes, 0);
    }

    private static FileEntry file(String kind, String edits) throws IOException {
        FileEntry file = switch (kind) {
            case "served" -> FILE;
            case "left out" -> FileEntry.leftOut(new SourceFile("/a", "v", 100), "no rows");
            case "dead" -> DEAD;
            default -> MOVED;
        };
        return edited(file, FileEntry.class, edits.replace("DELETES_OF_ONE_ROW", DELETES_OF_ONE_ROW));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "served | /bytes=0",
                "served | DELETES_OF_ONE_ROW ; /fragments/1/dead=1",
                "served | DELETES_OF_ONE_ROW ; /deletes/count=3 ; /fragments/0/dead=1 ; /fragments/1/dead=2",
                "served | DELETES_OF_ONE_ROW ; /fragments/1/dead=1 ; /fragments/1/bornDead=1",
                "served | DELETES_OF_ONE_ROW ; /deletes/count=5 ; /fragments/1/dead=5 ; /fragments/1/segment=",
                "served | /fragments/0/movedIn=true",
                "left out | /bytes=0",
                "dead | /deadSince=1",
                "dead | /fragments/0/end=4 ; /fragments/0/dead=4",
                "moved | /movedTo/0/rows/0/end=9 ; DELETES_OF_ONE_ROW ; /fragments/1/dead=1",
                "moved | /movedTo/1/rows/0/at=0"
            })
    void aLineThatFollowsTheFormatIsRight(String kind, String edits) throws IOException {
        assertThat(fault(FILE)).isNull();
        assertThat(fault(DEAD)).isNull();
        assertThat(fault(MOVED)).isNull();
        assertThat(fault(file(kind, edits))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "served | /path= | a file lacks a path, a version or its fragments",
                "served | /version= | a file lacks a path, a version or its fragments",
                "served | /fragments= | a file lacks a path, a version or its fragments",
                "served | /bytes=-1 | /a is served with -1 bytes, 10 rows and the schema s",
                "served | /schema= | /a is served with 100 bytes, 10 rows and the schema null",
                "served | /rows=0 | /a is served with 100 bytes, 0 rows and the schema s",
                "left out | /schema=\"s\" | /a is left out with 100 bytes, 0 rows and the schema s",
                "left out | /rows=1 | /a is left out with 100 bytes, 1 rows and the schema null",
                "served | /fragments/1=null | /a has the fragment null; expected one from row 5 on",
                "served | /fragments/1/start=6 | expected one from row 5 on",
                "served | /fragments/1/end=5 | expected one from row 5 on",
                "served | /fragments/1/dead=-1 | /a has a fragment of 5 rows with -1 dead ones, 0 from the beginning",
                "served | /fragments/1/dead=6 | with 6 dead ones, 0 from the beginning; expected no more than it has",
                "served | /fragments/1/bornDead=1 | with 0 dead ones, 1 from the beginning",
                "served | /fragments/1/bornDead=-1 | with 0 dead ones, -1 from the beginning",
                "served | /fragments/0/movedIn=true ; /fragments/0/segment= | /a has the moved rows",
                "served | /fragments/0/movedIn=true ; /fragments/0/dead=1 ; /fragments/0/bornDead=1 | expected some of"
                        + " a segment",
                "served | /fragments/0/segment= | /a has a fragment in segment null; expected an id from 1 on",
                "served | /fragments/0/segment=0 | /a has a fragment in segment 0; expected an id from 1 on",
                "served | /fragments/0/segment=0 ; /fragments/0/dead=5 | /a has a fragment in segment 0",
                "served | /rows=11 | /a has fragments of 10 rows; expected 11, those of the file",
                "served | /movedTo=[] | /a is listed, and its rows were moved; expected the one or the other",
                "served | /fragments/0/dead=1 | /a has fragments with 1 deleted rows; expected 0, those of the file",
                "served | DELETES_OF_ONE_ROW | /a has fragments with 0 deleted rows; expected 1, those of the file",
                "served | DELETES_OF_ONE_ROW ; /deletes/key= | expected a range of an object, and its SHA-256",
                "served | DELETES_OF_ONE_ROW ; /deletes/key=\"x\" | expected a range of an object, and its SHA-256",
                "served | DELETES_OF_ONE_ROW ; /deletes/offset=-1 | expected a range of an object, and its SHA-256",
                "served | DELETES_OF_ONE_ROW ; /deletes/length=0 | expected a range of an object, and its SHA-256",
                "served | DELETES_OF_ONE_ROW ; /deletes/count=0 | expected a range of an object, and its SHA-256",
                "served | DELETES_OF_ONE_ROW ; /deletes/sha256=\"x\" | expected a range of an object, and its SHA-256",
                "served | DELETES_OF_ONE_ROW ; /deletes/key=\"snapshots/0000000007-7-x/deletes-000000-1.bin\" | /a has"
                        + " its deletes in snapshots/0000000007-7-x/deletes-000000-1.bin; expected one of those that"
                        + " the root names, [snapshots/0000000007-7-x/deletes-000000-0.bin]",
                "dead | /deadSince=0 | /a is dead since version 0 with 2 fragments; expected a version from 1 on",
                "dead | /fragments=[] | /a is dead since version 3 with 0 fragments",
                "dead | /skipped=\"bad\" | /a is dead since version 3 with 2 fragments",
                "dead | /fragments/1=null | /a has the fragment null; expected one from row 5 on",
                "dead | /fragments/1/start=4 | expected one from row 5 on",
                "dead | /fragments/1/end=5 | expected one from row 5 on",
                "dead | /fragments/1/end=11 | expected one from row 5 on",
                "dead | /fragments/0/dead=6 | expected no more than it has",
                "dead | /fragments/0/dead=4 | though it is dead since version 3; expected one in a segment, whose rows"
                        + " are all dead",
                "dead | /fragments/0/segment= | though it is dead since version 3; expected one in a segment",
                "moved | /movedTo/0=null | /a was moved to null; expected a file and its version",
                "moved | /movedTo/0/file= | expected a file and its version",
                "moved | /movedTo/0/version= | expected a file and its version",
                "moved | /movedTo/0/rows/0/start=4 | elsewhere; expected rows from 5 to 10 on",
                "moved | /movedTo/0/rows/0/end=5 | elsewhere; expected rows from 5 to 10 on",
                "moved | /movedTo/0/rows/0/end=11 | elsewhere; expected rows from 5 to 10 on",
                "moved | /movedTo/0/rows/0/at=-1 | elsewhere; expected rows from 5 to 10 on",
                "moved | /movedTo/0/rows/0/end=9 | expected one in a segment, whose living rows were moved",
                "moved | DELETES_OF_ONE_ROW ; /deletes/length=0 | expected a range of an object, and its SHA-256",
                "moved | /fragments/0/movedIn=true | though it is dead since version 3"
            })
    void aFaultOfALineIsNamed(String kind, String edits, String sentence) throws IOException {
        assertThat(fault(file(kind, edits))).contains(sentence);
    }

    @Test
    void deletesAreInAnObjectThatTheRootNames() throws IOException {
        FileEntry file = file("served", "DELETES_OF_ONE_ROW ; /fragments/1/dead=1");
        assertThat(SnapshotValidator.of(file, null, shard(null)))
                .isEqualTo("/a has its deletes in " + DELETES + "; expected one of those that the root names, null");
    }

    @Test
    void linesFollowByRisingPathsAndThoseOfOnePathByWhenTheyDied() throws IOException {
        FileEntry next = edited(FILE, FileEntry.class, "/path=\"/b\"");
        FileEntry deadLater = FILE.dead(4);
        ShardRef shard = shard(List.of());
        assertThat(SnapshotValidator.of(next, FILE, shard)).isNull();
        assertThat(SnapshotValidator.of(FILE, DEAD, shard)).isNull();
        assertThat(SnapshotValidator.of(deadLater, DEAD, shard)).isNull();
        assertThat(SnapshotValidator.of(FILE, next, shard)).isEqualTo("it has /a after /b; expected rising paths");
        assertThat(SnapshotValidator.of(FILE, FILE, shard)).isEqualTo("it has /a after /a; expected rising paths");
        assertThat(SnapshotValidator.of(DEAD, FILE, shard)).isNotNull();
        assertThat(SnapshotValidator.of(DEAD, DEAD, shard)).isNotNull();
        assertThat(SnapshotValidator.of(DEAD, deadLater, shard)).isNotNull();
    }
}
