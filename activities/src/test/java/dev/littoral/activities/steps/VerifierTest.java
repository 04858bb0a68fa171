package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.ConditionalWriteProbe;
import dev.littoral.activities.storage.local.LocalStores;
import dev.littoral.activities.testing.CleanUp;
import dev.littoral.activities.verify.Severity;
import dev.littoral.workflows.model.ExternalSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What verifying finds. */
class VerifierTest extends DamagedCatalogs {
    @TempDir
    private Path folder;

    private CatalogFolder copy() {
        return copyTo(folder);
    }

    private Verified verify() throws InterruptedException {
        return Verified.of(LocalStores.forReading(folder));
    }

    @Test
    void aCatalogThatUpdatesMadeHasNoFinding() throws Exception {
        copy();
        Verified verified = Verified.withSource(LocalStores.forReading(folder), PipelineTest.local());
        assertThat(verified.lines()).isEmpty();
        assertThat(verified.summary().worst()).isNull();
        assertThat(verified.summary().versions()).isEqualTo(7);
        assertThat(verified.summary().snapshots()).isEqualTo(4);
        assertThat(verified.summary().sourceFiles()).isEqualTo(37);
    }

    @Test
    void theMarkerThatTheProbeWritesIsRight() throws Exception {
        CatalogFolder catalog = copy();
        catalog.delete(catalog.marker());
        ConditionalWriteProbe.probeOnce(LocalStores.catalog(folder));
        assertThat(verify().lines()).isEmpty();
    }

    @Test
    void aCatalogThatWasCleanedHasNoFinding() throws Exception {
        CatalogFolder catalog = copy();
        for (long version = 1; version <= 7; version++) {
            String time = version <= 4 ? "2026-01-01T00:00:00Z" : "2026-02-01T00:00:00Z";
            catalog.editHead(version, head -> head.put("time", time));
        }
        CleanUp.before(LocalStores.catalog(folder), "c", Instant.parse("2026-01-15T00:00:00Z"));
        Verified verified = verify();
        assertThat(verified.lines()).isEmpty();
        // Version 4 was replaced by one that is kept.
        assertThat(verified.summary().oldest()).isEqualTo(4);
    }

    @Test
    void aCollectionThatIsNotThereIsARefusal() {
        assertThatThrownBy(this::verify)
                .isInstanceOf(LittoralException.class)
                .hasMessageContaining("has no collection c");
    }

    @ParameterizedTest
    @MethodSource("damages")
    void namesExactly(Damage damage) throws Exception {
        CatalogFolder catalog = copy();
        damage.done().accept(catalog);
        List<String> lines = new ArrayList<>(verify().lines());
        assertThat(lines).hasSameSizeAs(damage.expected());
        for (String[] expected : damage.expected()) {
            assertThat(lines)
                    .anySatisfy(line -> assertThat(line).startsWith(expected[0]).contains(expected));
            lines.remove(lines.stream()
                    .filter(line ->
                            line.startsWith(expected[0]) && Stream.of(expected).allMatch(line::contains))
                    .findFirst()
                    .orElseThrow());
        }
    }

    @Test
    void theNewestVersionThatIsDeletedLooksLikeAnUpdateThatIsAboutToCommit() throws Exception {
        CatalogFolder catalog = copy();
        catalog.delete(catalog.headPath(7));
        Verified verified = verify();
        assertThat(verified.lines()).singleElement().asString().startsWith("INFO c/snapshots/0000000007-");
        assertThat(verified.summary().worst()).isEqualTo(Severity.INFO);
    }

    @Test
    void beyondItsBoundItSaysWhatItDoesNotCompare() throws Exception {
        copy();
        Verified verified = Verified.of(LocalStores.forReading(folder), 5);
        assertThat(verified.lines()).singleElement().asString().startsWith("INFO c/snapshots/: of 5 segments");
    }

    @Test
    void anObjectWhoseEveryLineIsWrongIsNamedAFewTimesAndCountedInFull() throws Exception {
        CatalogFolder catalog = copy();
        catalog.forgeShard(catalog.shardKey(2, 0), lines -> Collections.reverse(lines));
        catalog.forgeShard(
                catalog.shardKey(2, 0),
                lines -> lines.forEach(line -> line.put("rows", line.get("rows").asLong() + 1)));
        Verified verified = verify();
        assertThat(verified.lines().stream().filter(line -> line.contains("shard-000000")))
                .hasSizeLessThan(25);
        assertThat(verified.lines()).anyMatch(line -> line.matches("INFO .* more findings are counted but not listed"));
        assertThat(verified.summary().errors()).isGreaterThan(15);
    }

    @Test
    void theSourceIsComparedFileByFile() throws Exception {
        Path lake = Files.createDirectory(folder.resolve("lake"));
        try (Stream<Path> files = Files.walk(lakeFolder())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = lake.resolve(lakeFolder().relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        Lake there = Lake.in(lake);
        CatalogFolder catalog = new CatalogFolder(folder.resolve("catalog"));
        CatalogStore store = LocalStores.catalog(folder.resolve("catalog"));
        ConditionalWriteProbe.probeOnce(store);
        ExternalSource source = new ExternalSource("file://" + lake + "/", all().spec());
        try (Pipeline pipeline = new Pipeline(store, PipelineTest.local(), 10)) {
            pipeline.update(source, OPTIONS);
        }
        assertThat(Verified.withSource(store, PipelineTest.local()).lines()).isEmpty();

        there.write("day=0/f00.parquet", 9, 0);
        Files.delete(lake.resolve("day=0/f01.parquet"));
        Files.delete(lake.resolve("day=3/f35.parquet"));
        Files.write(lake.resolve("day=2/f20.parquet"), new byte[0]);
        there.write("day=2/new.parquet", 9, 0);
        Files.delete(lake.resolve("day=1/bad.parquet"));
        Verified verified = Verified.withSource(store, PipelineTest.local());
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("/day=0/f00.parquet: the source has version", "which the snapshot needs");
        expected.put(
                "/day=0/f01.parquet: it is not among the files that the source serves", "which the snapshot needs");
        expected.put(
                "/day=2/f20.parquet: it is not among the files that the source serves", "which the snapshot needs");
        expected.put(
                "/day=3/f35.parquet: it is not among the files that the source serves", "which the snapshot needs");
        List<String> of = verified.lines().stream()
                .filter(line -> line.contains(lake.toString()))
                .toList();
        int i = 0;
        for (Map.Entry<String, String> line : expected.entrySet()) {
            assertThat(of.get(i++)).startsWith("ERROR " + lake + line.getKey()).endsWith(line.getValue());
        }
        assertThat(of.subList(i, of.size()))
                .containsExactly(
                        "INFO file://" + lake + "/: 1 files are not in the snapshot; an update takes them",
                        "INFO file://" + lake + "/: 1 files that the snapshot left out are gone or have changed");

        // Of a shard that cannot be read nobody knows what it needs.
        catalog.flip(catalog.path(catalog.shardKey(2, 0)));
        assertThat(Verified.withSource(store, PipelineTest.local()).lines())
                .noneMatch(line -> line.contains("/day=0/f00.parquet: the source"))
                .anyMatch(line -> line.matches("INFO file://.* nothing was compared, as the shard cannot be read"));

        try (Stream<Path> files = Files.walk(lake)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        assertThat(Verified.withSource(store, PipelineTest.local()).lines())
                .anyMatch(line -> line.startsWith("ERROR file://" + lake + "/: the source cannot be listed: "));
    }
}
