package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.FileEntry.FragmentEntry;
import dev.littoral.activities.steps.HostileFiles.Hostile;
import dev.littoral.activities.steps.Pipeline.Update;
import dev.littoral.activities.testing.MemoryCatalogStore;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.OnBadFile;
import dev.littoral.workflows.model.SkippedFile;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Broken and hostile files through whole updates. Each fails its update with one sentence, or is left out with the same
 * one, and what was served before is served on; what is served has the rows that other readers count.
 *
 * <p>{@code -Dlittoral.hostile.files} says how many damaged files there are, {@code -Dlittoral.hostile.seed} plays one
 * of them alone.
 */
@Timeout(600)
class HostileFilesTest {
    private static final int FILES = Integer.getInteger("littoral.hostile.files", 4_000);
    private static final Long SEED = Long.getLong("littoral.hostile.seed");
    private static final int BATCH = 1_000;
    private static final int SOUND_ROWS = 3_000;

    /** What one update over a small file may allocate, all threads together: far less than hostile footers claim. */
    private static final long MOST_BYTES = 192 << 20;

    @TempDir
    private Path folder;

    private final Pipeline pipeline = new Pipeline(new MemoryCatalogStore(), PipelineTest.local(), 100);
    private final CollectionOptions options = PipelineTest.options(5_000);
    private Lake lake;

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectory(folder.resolve("lake"));
        lake = Lake.in(folder.resolve("lake"));
        lake.write("a.parquet", SOUND_ROWS, 0);
        lake.write("z.parquet", SOUND_ROWS, 1);
    }

    @AfterEach
    void close() {
        pipeline.close();
        assertThat(pipeline.sources.open()).isZero();
    }

    private ExternalSource source(OnBadFile onBadFile) {
        return new ExternalSource(
                lake.place().uri(),
                new FolderSpec(FolderSpec.PARQUET, List.of(), List.of(), List.of(), onBadFile, null));
    }

    private Update update(OnBadFile onBadFile) throws InterruptedException {
        return pipeline.update(source(onBadFile), options);
    }

    private Map<String, FileEntry> files(Head head) throws InterruptedException {
        Map<String, FileEntry> files = new TreeMap<>();
        for (List<FileEntry> shard : pipeline.snapshot(head).values()) {
            shard.forEach(file -> files.put(file.path(), file));
        }
        return files;
    }

    /** How an update fails, or null when it does not. Checks that all else is as before. */
    private String failure() throws InterruptedException {
        Head before = pipeline.head();
        Map<String, FileEntry> served = files(before);
        ActivityFailure failure = catchThrowableOfType(ActivityFailure.class, () -> update(OnBadFile.FAIL));
        assertThat(pipeline.store.list("c/staging/", null, 1)).isEmpty();
        if (failure == null) {
            return null;
        }
        Head after = pipeline.head();
        assertThat(after.snapshot()).isEqualTo(before.snapshot());
        assertThat(files(after)).isEqualTo(served);
        ApplicationFailure cause = (ApplicationFailure) failure.getCause();
        assertThat(cause.getType()).as(cause.getOriginalMessage()).isEqualTo(FailureType.INPUT.name());
        return cause.getOriginalMessage();
    }

    /** One sentence that names the file, what was found and what was expected, and no part of the program. */
    private static void assertSays(String sentence, String path) {
        assertThat(sentence)
                .startsWith("File " + path + " ")
                .containsPattern("found .*expected ")
                .hasSizeLessThan(1_000)
                .doesNotContainPattern("\\p{Cntrl}|Exception|\\b(java|dev|org)\\.");
    }

    // ------------------------------------------------------------------ made by hand

    static List<Hostile> byHand() {
        return HostileFiles.byHand();
    }

    @ParameterizedTest
    @MethodSource("byHand")
    void aHostileFileFailsTheUpdateOrIsLeftOutOrServed(Hostile hostile) throws Exception {
        update(OnBadFile.FAIL);
        String path = lake.place().path("hostile.parquet");
        lake.writeBytes("hostile.parquet", hostile.bytes(), 0, hostile.name());
        long allocated = allocated();
        String sentence = failure();
        Update lenient = update(OnBadFile.SKIP);
        assertThat(allocated() - allocated).isLessThan(MOST_BYTES);

        if (hostile.finding() == null) {
            assertThat(sentence).isNull();
            long rows = hostile.rows() >= 0
                    ? hostile.rows()
                    : HostileFiles.byLibrary(hostile.bytes()).getNum_rows();
            assertThat(files(pipeline.head()).get(path).rows()).isEqualTo(rows);
            assertThat(lenient.head().totals().rows()).isEqualTo(2 * SOUND_ROWS + rows);
        } else {
            Map<String, String> skipped =
                    lenient.skipped().stream().collect(Collectors.toMap(SkippedFile::file, SkippedFile::reason));
            if (sentence == null) {
                // Nothing is in it: that is no fault, but it is said.
                assertThat(hostile.finding()).isIn("no rows", "zero bytes");
                assertThat(pipeline.head().totals().rows()).isEqualTo(2 * SOUND_ROWS);
            } else {
                assertThat(sentence).contains(hostile.finding());
                assertSays(sentence, path);
                assertThat(lenient.committed()).isTrue();
                assertThat(skipped).containsExactly(Map.entry(path, sentence));
            }
            assertThat(lenient.head().totals().rows()).isEqualTo(2 * SOUND_ROWS);
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getTotalThreadAllocatedBytes();
    }

    /** More rows than there are: few bytes that would become millions of fragments in each of many files. */
    @Test
    void filesThatClaimMoreFragmentsThanFitFailTheUpdate() throws Exception {
        update(OnBadFile.FAIL);
        for (int i = 0; i < 60; i++) {
            lake.writeBytes("claims-%02d.parquet".formatted(i), HostileFiles.claiming(4_000_000_000L), 0, "claims");
        }
        assertThat(failure())
                .contains("fragments or more of at most 5000 rows; expected at most", "targetRowsPerSegment");
    }

    /** Sparse files, whose footers are as large as they may be, one beside the other. */
    @Test
    void hugeFootersAreReadOneAfterTheOther() throws Exception {
        update(OnBadFile.FAIL);
        int footer = 120 << 20;
        for (int i = 0; i < 12; i++) {
            Path file = folder.resolve("lake/huge-" + i + ".parquet");
            try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.writeBytes("PAR1");
                sparse.seek(4L + footer);
                sparse.writeInt(Integer.reverseBytes(footer));
                sparse.writeBytes("PAR1");
            }
        }
        assertThat(failure()).contains("huge-", "has a corrupt footer: found no version");
        Update lenient = update(OnBadFile.SKIP);
        assertThat(lenient.files().skipped()).isEqualTo(12);
        assertThat(lenient.head().totals().rows()).isEqualTo(2 * SOUND_ROWS);
    }

    // ------------------------------------------------------------------ seeded damage

    /** Many at once, left out where they are bad. */
    @Test
    void aDamagedFileIsLeftOutOrHasTheRowsThatOthersCount() throws Exception {
        List<byte[]> sound = HostileFiles.sound();
        int refused = 0;
        int same = 0;
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
            for (long from = 0; from < FILES; from += BATCH) {
                Map<String, byte[]> damaged = new TreeMap<>();
                for (long seed = from; seed < Math.min(FILES, from + BATCH); seed++) {
                    if (SEED == null || SEED == seed) {
                        byte[] bytes = HostileFiles.damaged(sound, seed);
                        String name = "seed-%d.parquet".formatted(seed);
                        lake.writeBytes(name, bytes, 0, name);
                        damaged.put(lake.place().path(name), bytes);
                    }
                }
                Update update = update(OnBadFile.SKIP);
                Map<String, FileEntry> files = files(update.head());
                for (Map.Entry<String, byte[]> file : damaged.entrySet()) {
                    FileEntry entry = files.get(file.getKey());
                    FileMetaData library = HostileFiles.byLibrary(file.getValue());
                    if (entry == null) {
                        assertThat(file.getValue()).as(file.getKey()).isEmpty();
                    } else if (!entry.served()) {
                        refused++;
                        assertLeftOut(entry, library);
                    } else {
                        same += assertServed(entry, library, duckDb) ? 1 : 0;
                    }
                }
                assertThat(update.head().totals().rows())
                        .isEqualTo(files.values().stream()
                                .mapToLong(FileEntry::rows)
                                .sum());
                lake.deleteAll(lake.namesIn("seed-"));
            }
        }
        if (SEED == null) {
            assertThat(refused).isGreaterThan(FILES / 10);
            assertThat(same).isGreaterThan(FILES / 10);
        }
        Update last = update(OnBadFile.SKIP);
        assertThat(last.head().totals().rows()).isEqualTo(2 * SOUND_ROWS);
        assertThat(last.head().totals().skipped()).isZero();
    }

    private static void assertLeftOut(FileEntry entry, FileMetaData library) {
        if (entry.skipped().equals("no rows")) {
            if (library != null) {
                assertThat(library.getNum_rows()).as(entry.path()).isZero();
            }
        } else {
            assertSays(entry.skipped(), entry.path());
        }
    }

    /** Whether others read it too; then they count the same. */
    private static boolean assertServed(FileEntry entry, FileMetaData library, Connection duckDb) {
        boolean read = false;
        if (library != null) {
            read = true;
            assertThat(entry.rows()).as(entry.path()).isEqualTo(library.getNum_rows());
            Set<Long> ends = new HashSet<>();
            long end = 0;
            for (RowGroup group : library.getRow_groups()) {
                end += group.getNum_rows();
                ends.add(end);
            }
            for (FragmentEntry fragment : entry.fragments()) {
                // A row group is cut where it is larger than a fragment may be, or to fill what others leave.
                assertThat(fragment.rows()).as(entry.path()).isLessThanOrEqualTo(5_000);
                assertThat(ends.contains(fragment.end()) || fragment.rows() >= 5_000 / 128)
                        .as(entry.path())
                        .isTrue();
            }
        }
        try {
            Long rows = ParquetFiles.rows(duckDb, List.of(entry.path())).get(entry.path());
            assertThat(entry.rows()).as(entry.path()).isEqualTo(rows);
            read = true;
        } catch (SQLException e) {
            // It minds what is passed over here.
            assertThat(e.getMessage()).isNotEmpty();
        }
        return read;
    }

    /** One after the other, each failing its update where it is bad. */
    @Test
    void aDamagedFileFailsItsUpdateAndWhatWasServedStays() throws Exception {
        List<byte[]> sound = HostileFiles.sound();
        update(OnBadFile.FAIL);
        String path = lake.place().path("hostile.parquet");
        int failed = 0;
        int rounds = FILES / 20;
        for (long seed = 1_000_000; seed < 1_000_000 + rounds; seed++) {
            if (SEED == null || SEED == seed) {
                lake.writeBytes("hostile.parquet", HostileFiles.damaged(sound, seed), 0, "seed " + seed);
                String sentence = failure();
                if (sentence != null) {
                    failed++;
                    assertSays(sentence, path);
                }
            }
        }
        assertThat(failed).isGreaterThan(SEED == null ? rounds / 10 : -1);
    }
}
