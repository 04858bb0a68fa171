package dev.littoral.activities.parquet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Util;

/** Compares the decoder with the format's library on footers in memory. */
public final class FooterBenchmark {
    private static final int ROUNDS = 21;
    private static final long ROUND_NANOS = 100_000_000;

    private FooterBenchmark() {}

    /** What is measured. */
    private interface Work {
        long run() throws IOException;
    }

    /** Medians of the rounds: microseconds, and bytes allocated, of one footer. */
    private record Cost(double micros, double bytes) {}

    public static void run() throws IOException {
        System.out.println();
        System.out.println("## Decoding footers in memory");
        System.out.println();
        System.out.println(
                "| columns x row groups | footer bytes | here µs | library µs | times | here bytes | library bytes |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (int[] shape : List.of(new int[] {20, 1}, new int[] {20, 10}, new int[] {200, 10}, new int[] {2000, 10})) {
            byte[] footer = footer(shape[0], shape[1]);
            Cost here = measure(() ->
                    FooterDecoder.decode(Footers.FILE, footer, 0, footer.length).rows());
            Cost library = measure(() ->
                    Util.readFileMetaData(new ByteArrayInputStream(footer)).getNum_rows());
            System.out.printf(
                    "| %d x %d | %,d | %.1f | %.1f | %.1f | %,.0f | %,.0f |%n",
                    shape[0],
                    shape[1],
                    footer.length,
                    here.micros,
                    library.micros,
                    library.micros / here.micros,
                    here.bytes,
                    library.bytes);
        }
    }

    private static Cost measure(Work work) throws IOException {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] micros = new double[ROUNDS];
        double[] bytes = new double[ROUNDS];
        long sum = 0;
        // The first rounds warm up; the medians leave them out.
        for (int round = 0; round < ROUNDS; round++) {
            long count = 0;
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            long now = start;
            while (now - start < ROUND_NANOS) {
                sum += work.run();
                count++;
                now = System.nanoTime();
            }
            micros[round] = (now - start) / 1000.0 / count;
            bytes[round] = (threads.getCurrentThreadAllocatedBytes() - allocated) / (double) count;
        }
        if (sum == 0) {
            throw new IllegalStateException("Nothing was read");
        }
        Arrays.sort(micros);
        Arrays.sort(bytes);
        return new Cost(micros[ROUNDS / 2], bytes[ROUNDS / 2]);
    }

    /** A footer with statistics of each column, as writers make them. */
    private static byte[] footer(int columns, int rowGroups) {
        long[] rows = new long[rowGroups];
        Arrays.fill(rows, 122_880);
        FileMetaData metadata = Footers.metadata(Footers.columns(columns), rows);
        for (RowGroup group : metadata.getRow_groups()) {
            group.getColumns()
                    .forEach(chunk -> chunk.getMeta_data()
                            .setStatistics(new Statistics()
                                    .setMin_value("00000000".getBytes(StandardCharsets.US_ASCII))
                                    .setMax_value("99999999".getBytes(StandardCharsets.US_ASCII))
                                    .setNull_count(17)));
        }
        return Footers.bytes(metadata);
    }
}
