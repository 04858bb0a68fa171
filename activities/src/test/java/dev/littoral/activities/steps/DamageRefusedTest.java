package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.testing.CleanUp;
import dev.littoral.workflows.model.FailureType;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether readers, updates and clean-up notice damage, and leave what was committed as it is. */
class DamageRefusedTest extends DamagedCatalogs {
    @TempDir
    private Path folder;

    /** Something done to a catalog. */
    private interface Work {
        void on(Path catalog) throws Exception;
    }

    /** Damage to the newest version, or to its root. */
    private static final List<String> OF_HEAD_AND_ROOT = List.of(
            "a version is there twice",
            "a version of another name is there",
            "the newest version is cut short",
            "the head's totals are wrong",
            "a version names a root elsewhere",
            "a root is of another format",
            "a root is another collection's",
            "a root is of another version",
            "a root lacks a field",
            "the root has a byte changed",
            "the root is cut short",
            "two roots are swapped");

    /** Damage to what the newest root names. */
    private static final List<String> OF_SHARDS = List.of(
            "a line has a number beyond all",
            "a line has rows in words",
            "a shard ends within a line",
            "a file is there twice",
            "a file without a schema is served",
            "a segment is 0",
            "a shard has a byte changed",
            "a shard is cut short",
            "a shard is deleted",
            "a shard is empty",
            "a shard is no JSON lines",
            "two shards are swapped");

    private static final List<String> OF_SKIP_REPORT =
            List.of("the skip report is cut short", "the skip report is deleted", "the skip report has other lines");

    /** Damage to an older version. */
    private static final List<String> OF_OLDER_VERSIONS = List.of(
            "a version has a field twice",
            "a version has no digest",
            "a version has something after it",
            "a version is edited",
            "a version is a list",
            "a version is empty",
            "a version is nested too deep",
            "a version is no JSON",
            "a version is of an unknown kind",
            "a version lacks fields",
            "an old version is cut short",
            "two versions are swapped");

    /** Versions that vanished, as what they made is still there. */
    private static final List<String> OF_THE_LOG =
            List.of("all versions are deleted", "the two newest versions are deleted");

    @Test
    void readersRefuseWhatIsDamaged() throws Exception {
        assertThat(refused(catalog -> {
                    try (CatalogReader reader = CatalogReader.open(catalog.toString())) {
                        if (reader.newest("c").isPresent()) {
                            Snapshot snapshot = reader.snapshot("c");
                            snapshot.files().forEach(file -> {});
                            snapshot.skipped().forEach(file -> {});
                        }
                    }
                }))
                .containsAll(OF_HEAD_AND_ROOT)
                .containsAll(OF_SHARDS)
                .containsAll(OF_SKIP_REPORT);
    }

    @Test
    void anUpdateBuildsUponNothingThatIsDamaged() throws Exception {
        assertThat(refused(catalog -> {
                    try (Pipeline pipeline = new Pipeline(LocalStores.catalog(catalog), PipelineTest.local(), 10)) {
                        pipeline.catalog().open();
                        // Another target, so that every shard is read.
                        pipeline.update(all(), PipelineTest.options(4_000));
                    }
                }))
                .containsAll(OF_THE_LOG)
                .containsAll(OF_HEAD_AND_ROOT)
                .containsAll(OF_SHARDS);
    }

    @Test
    void cleanUpDeletesNothingWhereAVersionOrARootIsDamaged() throws Exception {
        // All but the newest version are old enough to be removed.
        Instant keepFrom = Instant.EPOCH.plusSeconds(9);
        List<String> refused = new ArrayList<>();
        for (Damage damage : damages()) {
            Path catalog = damaged(damage);
            Map<String, byte[]> before = objects(catalog);
            String refusal = refusal(catalog, of -> CleanUp.before(LocalStores.catalog(of), "c", keepFrom));
            assertThat(refusal).as(damage.name()).matches("(?s)|INPUT .*");
            if (refusal.startsWith(FailureType.INPUT.name())) {
                refused.add(damage.name());
                assertKept(damage.name(), before, objects(catalog));
            }
        }
        assertThat(refused).containsAll(OF_HEAD_AND_ROOT).containsAll(OF_OLDER_VERSIONS);
    }

    /**
     * Damages that a work refuses as such, naming an object. Whatever it does, all that was written before stays as it
     * is.
     */
    private List<String> refused(Work work) throws Exception {
        List<String> refused = new ArrayList<>();
        for (Damage damage : damages()) {
            Path catalog = damaged(damage);
            Map<String, byte[]> before = objects(catalog);
            String refusal = refusal(catalog, work);
            assertKept(damage.name(), before, objects(catalog));
            assertThat(refusal).as(damage.name()).matches("(?s)|INPUT .*");
            if (refusal.startsWith(FailureType.INPUT.name())) {
                assertThat(refusal).as(damage.name()).contains(catalog + "/c/");
                assertThat(objects(catalog).keySet()).as(damage.name()).isEqualTo(before.keySet());
                refused.add(damage.name());
            }
        }
        return refused;
    }

    private Path damaged(Damage damage) throws IOException {
        Path catalog = Files.createTempDirectory(folder, "catalog");
        damage.done().accept(copyTo(catalog));
        return catalog;
    }

    /** How a work ends: the class and the sentence of its failure, or nothing. */
    private static String refusal(Path catalog, Work work) throws Exception {
        try {
            work.on(catalog);
            return "";
        } catch (ActivityFailure e) {
            ApplicationFailure cause = (ApplicationFailure) e.getCause();
            return cause.getType() + " " + cause.getOriginalMessage();
        } catch (LittoralException e) {
            return e.type() + " " + e.getMessage();
        }
    }

    private static void assertKept(String name, Map<String, byte[]> before, Map<String, byte[]> after) {
        before.forEach(
                (key, bytes) -> assertThat(after.get(key)).as(name + " " + key).isEqualTo(bytes));
    }

    /** All but what is staged. */
    private static Map<String, byte[]> objects(Path catalog) throws IOException {
        Map<String, byte[]> objects = new TreeMap<>();
        try (Stream<Path> files = Files.walk(catalog)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String key = catalog.relativize(file).toString();
                if (!key.startsWith("c/staging/")) {
                    objects.put(key, Files.readAllBytes(file));
                }
            }
        }
        return objects;
    }
}
