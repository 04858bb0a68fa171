package dev.littoral.activities.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.BadFileException;
import dev.littoral.activities.testing.MemorySource;
import dev.littoral.workflows.model.FailureType;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Footers with bytes changed, lost and made up. Each gives a footer or an INPUT failure; where the format's library
 * reads the same bytes too, both read the same. The time limit is only there to end an endless loop.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileFootersTest {
    private static final int ROUNDS = 30_000;

    private int decoded;
    private int refused;

    @Test
    void changedBytesGiveAFooterOrAFinding() throws Exception {
        List<byte[]> footers = footers();
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] footer = footers.get(random.nextInt(footers.size())).clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                int at = random.nextInt(footer.length);
                footer[at] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : footer[at] ^ (1 << random.nextInt(8)));
            }
            attempt(footer, "seed " + seed);
        }
        assertThat(decoded).isGreaterThan(ROUNDS / 20);
        assertThat(refused).isGreaterThan(ROUNDS / 20);
    }

    @Test
    void lostAndMovedBytesGiveAFooterOrAFinding() throws Exception {
        List<byte[]> footers = footers();
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] footer = footers.get(random.nextInt(footers.size()));
            int from = random.nextInt(footer.length);
            int to = Math.min(footer.length, from + 1 + random.nextInt(8));
            byte[] shorter = Arrays.copyOf(footer, footer.length - (to - from));
            System.arraycopy(footer, to, shorter, from, footer.length - to);
            attempt(shorter, "seed " + seed);
        }
        assertThat(refused).isGreaterThan(ROUNDS / 20);
    }

    @Test
    void everyTruncationGivesAFinding() throws Exception {
        for (byte[] footer : footers()) {
            int whole = decoded;
            for (int length = 0; length < footer.length; length++) {
                attempt(Arrays.copyOf(footer, length), "length " + length);
            }
            // A signed footer is whole without its signature.
            assertThat(decoded - whole).isLessThan(40);
        }
    }

    @Test
    void noiseGivesAFooterOrAFinding() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            attempt(noise, "seed " + seed);
        }
    }

    @Test
    void changedFilesGiveAFooterOrAFinding() throws Exception {
        byte[] whole = ForeignFilesTest.bytes("nested");
        for (long seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            byte[] file =
                    Arrays.copyOf(whole, whole.length - (random.nextInt(10) == 0 ? random.nextInt(whole.length) : 0));
            if (file.length > 0) {
                int end = Math.min(file.length, 1 + random.nextInt(20));
                file[file.length - end] = (byte) random.nextInt(256);
            }
            MemorySource source = new MemorySource();
            SourceFile listed = source.add("/lake/a.parquet", file);
            try {
                new ParquetFooters().read(source, listed);
            } catch (LittoralException e) {
                assertThat(e.type()).as("seed " + seed).isEqualTo(FailureType.INPUT);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** Groups in one another, the innermost with columns. */
    private static byte[] nested(int depth, String name, int columns) {
        SchemaElement[] elements = new SchemaElement[depth + columns];
        for (int i = 0; i < depth; i++) {
            elements[i] = Footers.group(name, i == depth - 1 ? columns : 1);
        }
        for (int i = 0; i < columns; i++) {
            elements[depth + i] = Footers.leaf("c" + i, Type.INT64);
        }
        return Footers.bytes(Footers.metadata(Footers.schema(1, elements)));
    }

    @Test
    void groupsNestedDeeperThanAnyReaderGoesAreRefused() {
        assertThat(Footers.decode(nested(499, "a", 1)).schema().leaves()).isEqualTo(1);
        assertThatThrownBy(() -> Footers.decode(nested(500, "a", 1)))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("found schema elements nested deeper than 500");
    }

    @Test
    void pathsOfColumnsInDeepGroupsTakeNoMemory() {
        byte[] footer = nested(100, "g".repeat(100), 40_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        ColumnChunks chunks = ColumnChunks.decode(Footers.FILE, footer, 0, footer.length, path -> true);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100 << 20);
        assertThat(chunks.columns()).isEmpty();
        byte[] named = nested(3, "g", 2);
        assertThat(ColumnChunks.decode(Footers.FILE, named, 0, named.length, path -> path.endsWith("c1"))
                        .columns())
                .containsExactly(new ColumnChunks.Column("g.g.g.c1", 1, 2, 4, 0));
    }

    private void attempt(byte[] bytes, String what) {
        Footer footer;
        try {
            footer = Footers.decode(bytes);
            footer.typeOf("address.geo.lat");
            footer.schema().children(null, name -> {});
        } catch (LittoralException e) {
            assertThat(e.type()).as(what).isEqualTo(FailureType.INPUT);
            assertThat(e).as(what).hasMessageStartingWith("File /lake/a.parquet has ");
            refused++;
            return;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
        decoded++;
        FileMetaData library;
        try {
            library = Footers.read(bytes, 0, bytes.length);
        } catch (Exception | OutOfMemoryError e) {
            // It reads parts that are passed over here, and minds what is in them.
            return;
        }
        assertThat(footer.rows()).as(what).isEqualTo(library.getNum_rows());
        assertThat(footer.rowGroupRows())
                .as(what)
                .containsExactly(library.getRow_groups().stream()
                        .mapToLong(RowGroup::getNum_rows)
                        .toArray());
    }

    private static List<byte[]> footers() throws Exception {
        List<byte[]> footers = new ArrayList<>();
        for (String name :
                List.of("nested", "types", "names", "empty-row-groups", "encrypted-plain-footer", "zero-rows")) {
            byte[] file = ForeignFilesTest.bytes(name);
            int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
            footers.add(Arrays.copyOfRange(file, file.length - 8 - length, file.length - 8));
        }
        footers.add(Footers.bytes(Footers.metadata(Footers.columns(3), 5, 0, 7)));
        return footers;
    }
}
