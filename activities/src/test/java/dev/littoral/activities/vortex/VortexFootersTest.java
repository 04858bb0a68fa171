package dev.littoral.activities.vortex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.source.FileInspector.FileContents;
import dev.littoral.activities.testing.MemorySource;
import dev.littoral.workflows.model.RequiredColumn;
import dev.littoral.workflows.testing.ServerProcess;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VortexFootersTest {
    private static final int LARGE = 60 << 20;
    private static final SourceFile HUGE = new SourceFile("/lake/huge.vortex", "v1", 1L << 40);

    private final VortexFooters footers = new VortexFooters();
    private final MemorySource source = new MemorySource();

    private static byte[] golden(String name) throws Exception {
        return Files.readAllBytes(Path.of(VortexFootersTest.class
                .getResource("/vortex/" + name + ".vortex")
                .toURI()));
    }

    private FileContents inspect(byte[] bytes, RequiredColumn... columns) throws Exception {
        SourceFile file = source.add("/lake/a.vortex", bytes);
        return footers.inspect(source, file, List.of(columns));
    }

    @Test
    void rowsAndCutsAreThoseThatVortexFinds(@TempDir Path folder) throws Exception {
        Path script = folder.resolve("files.py");
        try (var in = getClass().getResourceAsStream("/vortex/files.py")) {
            Files.copy(in, script);
        }
        Process process = new ProcessBuilder(
                        ServerProcess.binary("table-python").toString(), script.toString(), folder.toString())
                .redirectError(folder.resolve("log").toFile())
                .start();
        List<String> answers = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor())
                .describedAs(Files.readString(folder.resolve("log")))
                .isZero();
        assertThat(answers).hasSizeGreaterThan(5);
        Map<String, String> fingerprints = new HashMap<>();
        Map<String, Integer> chunks = new HashMap<>();
        for (String answer : answers) {
            JsonNode truth = new ObjectMapper().readTree(answer);
            String name = truth.path("name").asText();
            source.reads.clear();
            RequiredColumn[] columns = new RequiredColumn[truth.path("columns").size()];
            for (int i = 0; i < columns.length; i++) {
                columns[i] = new RequiredColumn(truth.path("columns").path(i).asText(), null);
            }
            FileContents found = inspect(Files.readAllBytes(folder.resolve(name + ".vortex")), columns);
            assertThat(found.rows())
                    .describedAs(name)
                    .isEqualTo(truth.path("rows").asLong());
            Set<Long> splits = new HashSet<>();
            truth.path("splits").forEach(each -> splits.add(each.path(1).asLong()));
            long end = 0;
            for (long rows : found.rowGroupRows()) {
                end += rows;
                assertThat(splits).describedAs(name).contains(end);
            }
            assertThat(end).isEqualTo(found.rows());
            assertThat(source.reads).describedAs(name).hasSizeLessThan(4);
            chunks.put(name, found.rowGroupRows().length);
            fingerprints.merge(truth.path("dtype").asText(), found.schemaFingerprint(), (one, other) -> {
                assertThat(one).isEqualTo(other);
                return one;
            });
        }
        assertThat(new HashSet<>(fingerprints.values())).hasSameSizeAs(fingerprints.keySet());
        assertThat(chunks.get("millions")).isGreaterThan(10);
        assertThat(chunks.get("one")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "small-nested,id,uint32", "small-nested,point,struct", "small-nested,point.x,float",
        "small-nested,point.y,list", "small-nested,point.z.deep,string", "small-nested,vector,list",
        "small-nested,maybe,int8", "small-types,flag,boolean", "small-types,raw,binary",
        "small-types,price,'decimal(10,2)'", "small-types,day,date", "small-types,at,timestamp",
        "small-types,clock,time"
    })
    void columnsHaveTheTypesThatParquetGivesThem(String name, String column, String type) throws Exception {
        byte[] bytes = golden(name);
        inspect(bytes, new RequiredColumn(column, type));
        assertThatThrownBy(() -> inspect(bytes, new RequiredColumn(column, "int16")))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("File /lake/a.vortex has column " + column + " of another type: found " + type);
        assertThatThrownBy(() -> inspect(bytes, new RequiredColumn(column + "x", null)))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("File /lake/a.vortex lacks column " + column + "x: found columns ");
    }

    @Test
    void aSmallFileCostsOneRead() throws Exception {
        byte[] bytes = golden("small-types");
        inspect(bytes);
        assertThat(source.reads).containsExactly(bytes.length);
    }

    @Test
    void whatIsNoVortexFileIsNamed() throws Exception {
        byte[] bytes = golden("one");
        byte[] version = bytes.clone();
        version[bytes.length - 8] = 2;
        assertThatThrownBy(() -> inspect(version))
                .isInstanceOf(BadFileException.class)
                .hasMessage("File /lake/a.vortex is a Vortex file of version 2, which is not supported; expected"
                        + " version 1");
        assertThatThrownBy(() -> inspect("PAR1 and more PAR1".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("is not a Vortex file: found another end than VTXF, expected VTXF");
        assertThatThrownBy(() -> inspect(Arrays.copyOf(bytes, 7)))
                .hasMessageContaining("is not a Vortex file: found 7 bytes, expected at least 12");
        byte[] start = bytes.clone();
        start[0] = 'X';
        assertThatThrownBy(() -> inspect(start)).hasMessageContaining("found another start than VTXF");
    }

    /** A source of a huge file that ends so, whose reads of much wait. */
    private static final class Slow extends MemorySource {
        private final byte[] end;
        private final int much;
        private final CountDownLatch reading = new CountDownLatch(1);
        private final CountDownLatch proceed = new CountDownLatch(1);

        Slow(byte[] end, int much) {
            this.end = end;
            this.much = much;
        }

        @Override
        public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
            if (offset == file.bytes() - length) {
                byte[] tail = new byte[length];
                System.arraycopy(end, 0, tail, length - end.length, end.length);
                return tail;
            }
            if (length == much) {
                reading.countDown();
                proceed.await();
            }
            throw new FileChangedException(file.path(), "it is gone");
        }
    }

    private static boolean asksFor(int much, byte[] end) throws InterruptedException {
        Slow slow = new Slow(end, much);
        slow.proceed.countDown();
        try {
            new VortexFooters().inspect(slow, HUGE, List.of());
        } catch (FileChangedException | BadFileException e) {
            return slow.reading.getCount() == 0;
        }
        return false;
    }

    /** A source of a huge file that says that one of its parts has so many bytes. */
    private static Slow slow(int much) throws Exception {
        byte[] end = golden("one");
        int at = end.length;
        byte[] large = end;
        while (!asksFor(much, large)) {
            at--;
            large = end.clone();
            ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN).putInt(at - Integer.BYTES, much);
        }
        return new Slow(large, much);
    }

    @Test
    @Timeout(600)
    void aStoreWhoseFootersComeSlowlyLeavesMemoryToOthers() throws Exception {
        Slow slow = slow(510_000);
        List<Thread> slowly = new ArrayList<>();
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            SourceFile file = new SourceFile("s3://slow/" + i + "/huge.vortex", "v1", 1L << 40);
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    new VortexFooters().inspect(slow, file, List.of());
                } catch (FileChangedException | InterruptedException e) {
                    failures.incrementAndGet();
                }
            });
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            slowly.add(thread);
        }
        slow.reading.await();
        assertThat(inspect(golden("one")).rows()).isEqualTo(1);
        assertThat(slowly).allMatch(Thread::isAlive);
        slow.proceed.countDown();
        for (Thread thread : slowly) {
            thread.join();
        }
        assertThat(failures).hasValue(8);
    }

    @Test
    @Timeout(600)
    void aSmallFooterWaitsForNoLargeOneOfAnotherCollection() throws Exception {
        Slow slow = slow(LARGE);
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                new VortexFooters().inspect(slow, HUGE, List.of());
            } catch (Exception e) {
                failure.set(e);
            }
        });
        slow.reading.await();
        assertThat(inspect(golden("one")).rows()).isEqualTo(1);
        assertThat(thread.isAlive()).isTrue();
        slow.proceed.countDown();
        thread.join();
        assertThat(failure).hasValueMatching(FileChangedException.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "one", "small-types", "small-nested"})
    void damagedFilesAreRefusedOrReadAndNeverAnythingElse(String name) throws Exception {
        byte[] right = golden(name);
        // What is read is at the end.
        int metadata = Math.min(right.length, 3000);
        Random random = new Random(9);
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = right.clone();
            if (random.nextInt(10) == 0) {
                bytes = Arrays.copyOf(right, random.nextInt(right.length));
            } else {
                for (int flips = random.nextInt(4); flips >= 0; flips--) {
                    bytes[right.length - 1 - random.nextInt(metadata)] = (byte) random.nextInt(256);
                }
            }
            try {
                FileContents found = inspect(bytes);
                assertThat(LongStream.of(found.rowGroupRows()).sum()).isEqualTo(found.rows());
                assertThat(found.rows()).isBetween(0L, 1L << 40);
            } catch (BadFileException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 5_000);
    }
}
