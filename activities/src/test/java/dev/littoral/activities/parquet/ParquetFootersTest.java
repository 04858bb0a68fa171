package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.concurrent.MemoryBudget;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.testing.MemorySource;
import dev.littoral.workflows.model.FailureType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class ParquetFootersTest {
    private static final int ALL = 1 << 20;

    private final MemoryBudget memory = new MemoryBudget(ALL);
    private final MemorySource source = new MemorySource();
    private final ParquetFooters footers = new ParquetFooters(memory);

    @Test
    void aSmallFileTakesOneReadOfTheWholeFile() throws Exception {
        byte[] file = padded(1000, 1200);
        Footer footer = read(file);
        assertThat(footer.rows()).isEqualTo(7);
        assertThat(footer.rowGroupRows()).containsExactly(3, 4);
        assertThat(source.reads).containsExactly(file.length);
    }

    @Test
    void aLargeFileTakesOneReadOfItsLast16KiB() throws Exception {
        assertThat(read(padded(1000, 100_000)).rows()).isEqualTo(7);
        assertThat(source.reads).containsExactly(16_384);
    }

    @Test
    void aFooterThatJustFitsTheTailTakesOneRead() throws Exception {
        read(padded(16_384 - 8, 100_000));
        assertThat(source.reads).containsExactly(16_384);
    }

    @Test
    void aLargerFooterTakesASecondReadOfJustTheFooter() throws Exception {
        assertThat(read(padded(16_384 - 7, 100_000)).rows()).isEqualTo(7);
        assertThat(source.reads).containsExactly(16_384, 16_377);
    }

    @Test
    void theTailGrowsToThePowerOfTwoThatHoldsTheLargestFooterSeen() throws Exception {
        byte[] file = padded(40_000, 200_000);
        read(file);
        read(file);
        read(padded(1000, 200_000));
        assertThat(source.reads).containsExactly(16_384, 40_000, 65_536, 65_536);
    }

    @Test
    void theTailGrowsToOneMiBAtMost() throws Exception {
        byte[] file = padded(1_500_000, 3_000_000);
        assertThat(read(file).rows()).isEqualTo(7);
        assertThat(read(file).rows()).isEqualTo(7);
        assertThat(source.reads).containsExactly(16_384, 1_500_000, 1 << 20, 1_500_000);
        assertAllIsFree();
    }

    @Test
    void aFooterOfAllButTheMagicsAndAByteOfDataIsRead() throws Exception {
        assertThat(read(padded(200_000, 200_013)).rows()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 200_000})
    void aFooterOfAllButTheMagicsHasRowsThatAreNotInTheFile(int footer) throws Exception {
        assertInput(
                Footers.file(padding(footer)),
                "has a column chunk outside the file's data: found column chunk 0 of row group 0 at byte 4, expected"
                        + " 0 to 3, before the footer");
    }

    @Test
    void aFooterOfAllButTheMagicsIsReadWhereThereAreNoRows() throws Exception {
        byte[] footer = Footers.bytes(Footers.metadata(Footers.columns(2), 0, 0));
        assertThat(read(Footers.file(footer)).rowGroupRows()).containsExactly(0, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 11})
    void aFileThatIsTooShortIsReadBeforeThatIsSaidOfIt(int bytes) throws Exception {
        assertInput(new byte[bytes], "is not a Parquet file: found " + bytes + " bytes, expected at least 12");
        assertThat(source.reads).containsExactly(bytes);
    }

    @Test
    void aFileWithoutTheMagicAtItsEndIsNotParquet() throws Exception {
        assertInput(
                "a,b,c\n1,2,3\n4,5\\\u0000\n".getBytes(StandardCharsets.UTF_8),
                "is not a Parquet file: found 5\\x5c\\x00\\x0a at its end, expected PAR1");
    }

    @Test
    void aSmallFileWithoutTheMagicAtItsStartIsNotParquet() throws Exception {
        assertInput(
                Footers.file(new byte[20], 20, "PAR2", "PAR1"),
                "is not a Parquet file: found PAR2 at its start, expected PAR1");
    }

    @Test
    void anEncryptedFooterIsNamedAsSuch() throws Exception {
        assertInput(
                Footers.file(new byte[20], 20, "PARE", "PARE"),
                "has an encrypted footer: found PARE at its end, expected a plain footer, PAR1");
    }

    @ParameterizedTest
    @CsvSource({"-1", "-2147483648", "21", "2147483647"})
    void aFooterLengthBeyondTheFileIsWrong(int length) throws Exception {
        assertInput(
                Footers.file(new byte[20], length, "PAR1", "PAR1"),
                "has a wrong footer length: found " + length + ", expected 0 to 20 in a file of 32 bytes");
    }

    @Test
    void anEmptyFooterIsCorrupt() throws Exception {
        assertInput(
                Footers.file(new byte[0]), "has a corrupt footer: found its end at byte 0 of it, expected more fields");
    }

    @Test
    void aFooterOfMoreThan128MiBIsRefusedUnread() throws Exception {
        int length = (128 << 20) + 1;
        byte[] end = Arrays.copyOfRange(Footers.file(new byte[16_384], length, "PAR1", "PAR1"), 12, 16_396);
        SourceFile file = new SourceFile("/lake/huge.parquet", "v1", 1L << 40);
        MemorySource huge = new MemorySource() {
            @Override
            public byte[] read(SourceFile read, long offset, int bytes) {
                assertThat(offset).isEqualTo((1L << 40) - 16_384);
                reads.add(bytes);
                return end;
            }
        };
        assertThatThrownBy(() -> footers.read(huge, file))
                .isInstanceOf(LittoralException.class)
                .hasMessage("File /lake/huge.parquet has too large a footer: found 134217729 bytes, expected at "
                        + "most 134217728");
        assertThat(huge.reads).containsExactly(16_384);
        assertAllIsFree();
    }

    @Test
    void aFooterLargerThanAllMemoryTakesAllOfIt() throws Exception {
        ParquetFooters small = new ParquetFooters(new MemoryBudget(10));
        assertThat(small.read(source, source.add("/lake/a", padded(40_000, 200_000)))
                        .rows())
                .isEqualTo(7);
    }

    @Test
    void aFileThatChangedIsReportedAndTheMemoryGivenBack() throws Exception {
        MemorySource changed = new MemorySource() {
            @Override
            public byte[] read(SourceFile file, long offset, int length) throws FileChangedException {
                throw new FileChangedException(file.path(), "version v2");
            }
        };
        assertThatThrownBy(() -> footers.read(changed, Footers.FILE)).isInstanceOf(FileChangedException.class);
        assertAllIsFree();
    }

    @Test
    void anInterruptEndsTheReadAndTheMemoryIsGivenBack() throws Exception {
        MemorySource interrupted = new MemorySource() {
            @Override
            public byte[] read(SourceFile file, long offset, int length) throws InterruptedException {
                throw new InterruptedException();
            }
        };
        assertThatThrownBy(() -> footers.read(interrupted, Footers.FILE)).isInstanceOf(InterruptedException.class);
        assertAllIsFree();
    }

    @Test
    void aReadWaitsUntilOthersGiveTheirMemoryBack() throws Exception {
        CountDownLatch proceed = new CountDownLatch(1);
        CountDownLatch reading = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        byte[] file = padded(1000, 100_000);
        MemorySource slow = new MemorySource() {
            @Override
            public byte[] read(SourceFile wanted, long offset, int length)
                    throws FileChangedException, InterruptedException {
                begun.incrementAndGet();
                reading.countDown();
                proceed.await();
                return super.read(wanted, offset, length);
            }
        };
        SourceFile listed = slow.add("/lake/a", file);
        ParquetFooters narrow = new ParquetFooters(new MemoryBudget(20_000));
        List<Throwable> failures = new ArrayList<>();
        Thread first = start(narrow, slow, listed, failures);
        reading.await();
        Thread second = start(narrow, slow, listed, failures);
        while (second.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(begun).hasValue(1);
        proceed.countDown();
        first.join();
        second.join();
        assertThat(failures).isEmpty();
        assertThat(begun).hasValue(2);
    }

    @Test
    void aSmallFooterWaitsForNoLargeOneOfAnotherCollection() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch proceed = new CountDownLatch(1);
        byte[] end = Arrays.copyOfRange(Footers.file(new byte[16_384], 100 << 20, "PAR1", "PAR1"), 12, 16_396);
        MemorySource slow = new MemorySource() {
            @Override
            public byte[] read(SourceFile file, long offset, int length)
                    throws FileChangedException, InterruptedException {
                if (length == end.length) {
                    return end;
                }
                reading.countDown();
                proceed.await();
                throw new FileChangedException(file.path(), "it is gone");
            }
        };
        List<Throwable> failures = new ArrayList<>();
        Thread large = start(new ParquetFooters(), slow, new SourceFile("/lake/large", "v1", 1L << 40), failures);
        reading.await();
        assertThat(new ParquetFooters()
                        .read(source, source.add("/lake/a", padded(1000, 100_000)))
                        .rows())
                .isEqualTo(7);
        assertThat(large.isAlive()).isTrue();
        proceed.countDown();
        large.join();
        assertThat(failures).singleElement().isInstanceOf(FileChangedException.class);
    }

    @Test
    void aStoreWhoseFootersComeSlowlyLeavesMemoryToOthers() throws Exception {
        int footer = 8 << 20;
        byte[] end = Arrays.copyOfRange(Footers.file(new byte[16_384], footer, "PAR1", "PAR1"), 12, 16_396);
        CountDownLatch reading = new CountDownLatch(2);
        CountDownLatch proceed = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        MemorySource slow = new MemorySource() {
            @Override
            public byte[] read(SourceFile file, long offset, int length)
                    throws FileChangedException, InterruptedException {
                if (length < footer) {
                    byte[] tail = new byte[length];
                    System.arraycopy(end, 0, tail, length - end.length, end.length);
                    return tail;
                }
                begun.incrementAndGet();
                reading.countDown();
                proceed.await();
                throw new FileChangedException(file.path(), "it is gone");
            }
        };
        List<Throwable> failures = new ArrayList<>();
        List<Thread> slowly = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            SourceFile file = new SourceFile("s3://slow/" + i + "/a", "v1", 1L << 40);
            slowly.add(start(new ParquetFooters(), slow, file, failures));
        }
        reading.await();
        for (Thread thread : slowly) {
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        for (int bytes : List.of(1000, 100_000, footer)) {
            assertThat(new ParquetFooters()
                            .read(source, source.add("s3://other/a", padded(bytes, footer + 100)))
                            .rows())
                    .isEqualTo(7);
        }
        assertThat(begun).hasValue(2);
        assertThat(slowly).allMatch(Thread::isAlive);
        proceed.countDown();
        for (Thread thread : slowly) {
            thread.join();
        }
        assertThat(failures).hasSize(4).allMatch(FileChangedException.class::isInstance);
    }

    private static Thread start(
            ParquetFooters footers, MemorySource source, SourceFile file, List<Throwable> failures) {
        return Thread.ofPlatform().start(() -> {
            try {
                footers.read(source, file);
            } catch (Exception e) {
                synchronized (failures) {
                    failures.add(e);
                }
            }
        });
    }

    /** All that one may have can be taken, which is while nobody has any, and not a byte more. */
    private void assertAllIsFree() throws InterruptedException {
        memory.take("one", ALL);
        Thread more = Thread.ofPlatform().start(() -> {
            try {
                memory.take("one", 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (more.isAlive() && more.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(more.isAlive()).isTrue();
        more.interrupt();
        more.join();
        memory.giveBack("one", ALL);
    }

    private Footer read(byte[] file) throws Exception {
        return footers.read(source, source.add("/lake/a.parquet", file));
    }

    private void assertInput(byte[] file, String message) throws Exception {
        assertThatThrownBy(() -> read(file))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessage("File /lake/a.parquet " + message);
        assertAllIsFree();
    }

    /** A footer of exactly this length. */
    private static byte[] padding(int bytes) {
        FileMetaData metadata = Footers.metadata(Footers.columns(2), 3, 4);
        KeyValue filler = new KeyValue("filler");
        metadata.addToKey_value_metadata(filler.setValue("x".repeat(Math.max(0, bytes - 500))));
        filler.setValue(filler.getValue() + "x".repeat(bytes - Footers.bytes(metadata).length));
        byte[] footer = Footers.bytes(metadata);
        assertThat(footer).hasSize(bytes);
        return footer;
    }

    /** A file of this length with a footer of this length. */
    private static byte[] padded(int footer, int bytes) {
        byte[] end = Footers.file(padding(footer));
        byte[] file = new byte[bytes];
        System.arraycopy(end, 0, file, 0, 4);
        System.arraycopy(end, 4, file, bytes - end.length + 4, end.length - 4);
        return file;
    }
}
