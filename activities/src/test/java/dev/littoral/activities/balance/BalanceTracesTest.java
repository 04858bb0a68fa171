package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Follows shards over hundreds of commits and holds churn and fill to bounds, beside the upstream rule's. */
class BalanceTracesTest {
    private static final int STEPS = 300;
    private static final int SEEDS = 2;
    private static final double SHARD = 40;
    private static final double[] FOLDERS = Boolean.getBoolean("littoral.balance.all")
            ? new double[] {0.3, 0.6, 1, 1.25, 1.5, 3, 10}
            : new double[] {0.3, 1, 1.25, 3};

    private enum Trace {
        OVERWRITE_A_FOLDER,
        OVERWRITE_THREE_FOLDERS,
        APPEND_A_FOLDER,
        RETENTION,
        COMPACTION,
        MIXED,
        OVERWRITE_THREE_FILES,
        DRIP_AT_THE_END,
        DRIPS_ANYWHERE;

        boolean isFolderShaped() {
            return switch (this) {
                case OVERWRITE_A_FOLDER, OVERWRITE_THREE_FOLDERS, APPEND_A_FOLDER, RETENTION, COMPACTION -> true;
                case MIXED, OVERWRITE_THREE_FILES, DRIP_AT_THE_END, DRIPS_ANYWHERE -> false;
            };
        }

        boolean isDrip() {
            return this == DRIP_AT_THE_END || this == DRIPS_ANYWHERE;
        }
    }

    /** A way that rows die, of about 132 targets in 120 folders, and what it may cost if up to 0.3 may be dead. */
    private enum DeadRowTrace {
        OVERWRITE_FILES(1.1, 2.8, 0.8),
        OVERWRITE_FILES_IN_SIZE(1.1, 2.81, 0.8),
        OVERWRITE_HOT_FILES(1.1, 2.6, 0.8),
        OVERWRITE_A_FOLDER(1.25, 1.35, 0.9),
        RETENTION(1.25, 1.35, 0.9),
        DELETE_ROWS_AND_DRIP(1.1, 1.1, 0.84),
        DELETE_ROWS_AND_APPEND(1.1, 1.1, 0.84),
        DRIP_AT_THE_END(1.1, 3, 0.85),
        COMPACT_A_FOLDER_INTO_TWO(1.1, 1.2, 0.85),
        MIXED(1.25, 1.5, 0.85);

        private final double folder;
        private final double mostChurn;
        private final double leastFill;

        DeadRowTrace(double folder, double mostChurn, double leastFill) {
            this.folder = folder;
            this.mostChurn = mostChurn;
            this.leastFill = leastFill;
        }

        /** A shard of so many targets before its first update. */
        Lake lake(int seed, double shard, SplitRule rule) {
            Lake lake = new Lake(seed, Lake.Files.MEDIUM, rule.maxDeadShare, rule.rule);
            SplittableRandom random = new SplittableRandom(seed + 7);
            for (int i = 0; i < Math.round(shard / folder); i++) {
                lake.append(about(folder, random));
            }
            lake.commit(false);
            return lake;
        }

        /** What is deleted and what is appended are different rows, so that both count. */
        double churn(Lake lake) {
            return switch (this) {
                case DELETE_ROWS_AND_DRIP, DELETE_ROWS_AND_APPEND -> lake.churnOfAddedAndRemoved();
                case OVERWRITE_FILES,
                        OVERWRITE_FILES_IN_SIZE,
                        OVERWRITE_HOT_FILES,
                        OVERWRITE_A_FOLDER,
                        RETENTION,
                        DRIP_AT_THE_END,
                        COMPACT_A_FOLDER_INTO_TWO,
                        MIXED -> lake.churn();
            };
        }

        void step(Lake lake, SplittableRandom random, int step) {
            int any = random.nextInt(lake.folders());
            switch (this) {
                case OVERWRITE_FILES -> lake.overwriteFiles(0.01);
                case OVERWRITE_FILES_IN_SIZE -> lake.overwriteFilesInSize(0.01);
                case OVERWRITE_HOT_FILES -> lake.overwriteHotFiles(0.01);
                case OVERWRITE_A_FOLDER -> lake.overwrite(any, about(folder, random));
                case RETENTION -> {
                    lake.drop(0);
                    lake.append(about(folder, random));
                }
                case DELETE_ROWS_AND_DRIP -> deleteAndDrip(lake, random, false);
                case DELETE_ROWS_AND_APPEND -> deleteAndDrip(lake, random, step % 10 == 0);
                case DRIP_AT_THE_END -> lake.drip(lake.folders() - 1, 0.01);
                case COMPACT_A_FOLDER_INTO_TWO -> lake.compact(any, 2);
                case MIXED -> {
                    switch (random.nextInt(6)) {
                        case 0 -> lake.overwrite(any, about(folder, random));
                        case 1 -> RETENTION.step(lake, random, step);
                        case 2 -> lake.compact(any, 2);
                        case 3 -> lake.drip(any, 0.05);
                        case 4 -> lake.overwriteFiles(0.005);
                        default -> lake.deleteRows(0.002);
                    }
                }
            }
        }

        private static void deleteAndDrip(Lake lake, SplittableRandom random, boolean newFolder) {
            double left = 0.001 * lake.rows() / Lake.TARGET;
            lake.deleteRows(0.001);
            if (newFolder) {
                lake.append(0.01);
            }
            while (left > 0) {
                double file = Math.min(left, 0.01 + 0.09 * random.nextDouble());
                lake.drip(lake.folders() - 1, file);
                left -= file;
            }
        }
    }

    /** Means over the seeds; the least fill and the most small segments are those of any step. */
    private record Measured(double churn, double fill, double leastFill, int mostSmall) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f at %.2f (%.2f, %d)", churn, fill, leastFill, mostSmall);
        }
    }

    @Test
    void folderShapedChangesCostLittleAndSegmentsStayFull() throws IOException {
        List<String> table = new ArrayList<>();
        table.add("Churn at mean fill (least fill, most segments under half the target); shards of 40 targets");
        table.add("");
        table.add("| trace, files, folder in targets | Littoral | upstream rule |");
        table.add("|---|---|---|");
        SoftAssertions bounds = new SoftAssertions();
        for (Trace trace : Trace.values()) {
            for (Lake.Files shape : Lake.Files.values()) {
                // Tiny files behave alike whatever the folder, and take long.
                for (double folder : shape == Lake.Files.TINY ? new double[] {1.5} : FOLDERS) {
                    Measured ours = measure(trace, folder, shape, SHARD, upTo(0));
                    Measured theirs = measure(trace, folder, shape, SHARD, UPSTREAM);
                    String name = trace + ", " + shape + " files, folders of " + folder;
                    table.add("| " + trace + ", " + shape + ", " + folder + " | " + ours + " | " + theirs + " |");
                    check(bounds, name, trace, folder, shape, ours, theirs);
                }
            }
        }
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target", "balance-traces.md"), table);
        bounds.assertAll();
    }

    @Test
    void boundsHoldInSmallAndLargeShards() {
        for (double shard : new double[] {12, 120}) {
            for (Trace trace : Trace.values()) {
                for (double folder : new double[] {1.25, 3}) {
                    Measured ours = measure(trace, folder, Lake.Files.MEDIUM, shard, upTo(0));
                    String name = trace + ", folders of " + folder + ", shard of " + shard;
                    if (trace.isFolderShaped()) {
                        assertThat(ours.churn).as(name).isLessThan(1.8);
                        assertThat(ours.fill).as(name).isGreaterThan(shard < 20 ? 0.9 : 0.93);
                    }
                    if (trace.isDrip()) {
                        assertThat(ours.churn).as(name).isLessThan(5);
                    }
                }
            }
        }
    }

    @Test
    void rowsThatDieInPlaceLetLittleBeIndexedAnewAndSegmentsStayFull() throws IOException {
        double[] shares = {0, 0.1, 0.2, 0.3, 0.5};
        List<String> table = new ArrayList<>();
        table.add("Churn at mean fill (least fill, most segments under half the target), by the largest dead share");
        table.add("");
        table.add("| trace | upstream rule | 0 | 0.1 | 0.2 | 0.3 | 0.5 |");
        table.add("|---|---|---|---|---|---|---|");
        SoftAssertions bounds = new SoftAssertions();
        for (DeadRowTrace trace : DeadRowTrace.values()) {
            StringBuilder line = new StringBuilder("| " + trace + " | ");
            line.append(measure(trace, 132, 200, UPSTREAM)).append(" |");
            double before = Double.MAX_VALUE;
            for (double share : shares) {
                Measured measured = measure(trace, 132, 200, upTo(share));
                line.append(' ').append(measured).append(" |");
                bounds.assertThat(measured.churn).as(trace + " at " + share).isLessThan(1.5 * before);
                before = measured.churn;
                if (share == 0.3) {
                    bounds.assertThat(measured.churn).as(trace.name()).isLessThan(trace.mostChurn);
                    bounds.assertThat(measured.fill).as(trace.name()).isGreaterThan(trace.leastFill);
                }
            }
            table.add(line.toString());
        }
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target", "dead-row-traces.md"), table);
        bounds.assertAll();
    }

    /** Once most rows were rewritten, the last of two thousand updates cost what those before them did. */
    @ParameterizedTest
    @EnumSource(names = {"OVERWRITE_FILES", "OVERWRITE_A_FOLDER", "DELETE_ROWS_AND_DRIP", "DRIP_AT_THE_END"})
    void overThousandsOfUpdatesNothingDegrades(DeadRowTrace trace) {
        Lake lake = trace.lake(0, 132, upTo(0.3));
        SplittableRandom random = new SplittableRandom(11);
        double[] churn = new double[4];
        double[] fill = new double[4];
        for (int quarter = 0; quarter < 4; quarter++) {
            for (int i = 0; i < 500; i++) {
                trace.step(lake, random, i);
                lake.commit(true);
            }
            churn[quarter] = trace.churn(lake);
            fill[quarter] = lake.fill();
            lake.closeBooks();
        }
        assertThat(churn[3]).isLessThan(1.2 * churn[2]);
        assertThat(fill[3]).isGreaterThan(0.96 * fill[2]);
        assertThat(lake.mostSmall()).isLessThan(50);
    }

    private static Measured measure(DeadRowTrace trace, double shard, int steps, SplitRule rule) {
        return measure(trace::churn, seed -> {
            Lake lake = trace.lake(seed, shard, rule);
            SplittableRandom random = new SplittableRandom(seed + 11);
            for (int i = 0; i < steps; i++) {
                trace.step(lake, random, i);
                lake.commit(true);
            }
            return lake;
        });
    }

    /** What lakes of all seeds come to, each followed by a thread of its own. */
    private static Measured measure(ToDoubleFunction<Lake> churn, IntFunction<Lake> follow) {
        List<Lake> lakes = IntStream.range(0, SEEDS).parallel().mapToObj(follow).toList();
        return new Measured(
                lakes.stream().mapToDouble(churn).average().orElseThrow(),
                lakes.stream().mapToDouble(Lake::fill).average().orElseThrow(),
                lakes.stream().mapToDouble(Lake::leastFill).min().orElseThrow(),
                lakes.stream().mapToInt(Lake::mostSmall).max().orElseThrow());
    }

    /** A rule, and the share of a segment's rows that may be dead, which decides how files are split. */
    private record SplitRule(double maxDeadShare, Lake.Rule rule) {}

    private static final SplitRule UPSTREAM = new SplitRule(0, UpstreamRule::balance);

    private static SplitRule upTo(double maxDeadShare) {
        return new SplitRule(
                maxDeadShare,
                (in, change, target, firstId) -> Balancer.balance(in, change, target, maxDeadShare, firstId));
    }

    private static void check(
            SoftAssertions bounds,
            String name,
            Trace trace,
            double folder,
            Lake.Files shape,
            Measured ours,
            Measured theirs) {
        boolean large = shape == Lake.Files.LARGE;
        if (trace.isFolderShaped()) {
            double most = folder < 0.5 ? 4.3 : folder < 1 ? 3.5 : 1.8;
            double least = folder < 1.25 ? 0.87 : shape == Lake.Files.BROAD ? 0.92 : 0.93;
            least -= large ? 0.1 : 0;
            bounds.assertThat(ours.churn).as(name).isLessThan(most);
            bounds.assertThat(ours.fill).as(name).isGreaterThan(least);
        }
        if (trace.isDrip()) {
            bounds.assertThat(ours.churn).as(name).isLessThan(5);
            bounds.assertThat(ours.fill).as(name).isGreaterThan(large ? 0.8 : 0.85);
            bounds.assertThat(ours.mostSmall).as(name).isLessThan(12);
        }
        // What only adds costs the upstream rule nothing but fill; and it puts large files into segments beyond the
        // target.
        boolean comparable = !trace.isDrip() && trace != Trace.APPEND_A_FOLDER && !large;
        if (comparable) {
            bounds.assertThat(ours.churn).as(name + ", against upstream").isLessThan(1.1 * theirs.churn);
        }
    }

    private static Measured measure(Trace trace, double folder, Lake.Files shape, double shard, SplitRule rule) {
        return measure(Lake::churn, seed -> run(trace, folder, shape, shard, rule, seed));
    }

    private static Lake run(Trace trace, double folder, Lake.Files shape, double shard, SplitRule rule, long seed) {
        Lake lake = new Lake(seed, shape, rule.maxDeadShare, rule.rule);
        SplittableRandom random = new SplittableRandom(seed + 7);
        int days = (int) Math.max(4, Math.ceil(shard / folder));
        boolean grows = trace == Trace.APPEND_A_FOLDER;
        for (int i = 0; i < (grows ? Math.max(2, days / 4) : days); i++) {
            lake.append(about(folder, random));
        }
        lake.commit(false);
        for (int i = 0; i < (grows ? 2 * days : STEPS); i++) {
            step(lake, trace, folder, random);
            lake.commit(true);
        }
        return lake;
    }

    private static void step(Lake lake, Trace trace, double folder, SplittableRandom random) {
        int any = random.nextInt(lake.folders());
        switch (trace) {
            case OVERWRITE_A_FOLDER -> lake.overwrite(any, about(folder, random));
            case OVERWRITE_THREE_FOLDERS -> {
                for (int i = 0; i < 3; i++) {
                    lake.overwrite(random.nextInt(lake.folders()), about(folder, random));
                }
            }
            case APPEND_A_FOLDER -> lake.append(about(folder, random));
            case RETENTION -> {
                lake.drop(0);
                lake.append(about(folder, random));
            }
            case COMPACTION -> {
                if (random.nextBoolean()) {
                    lake.compact(any);
                } else {
                    lake.overwrite(any, about(folder, random));
                }
            }
            case MIXED -> {
                switch (random.nextInt(5)) {
                    case 0 -> lake.overwrite(any, about(folder, random));
                    case 1 -> {
                        lake.drop(0);
                        lake.append(about(folder, random));
                    }
                    case 2 -> lake.compact(any);
                    case 3 -> lake.drip(any, Math.min(1, 0.3 * folder));
                    default -> lake.overwrite(any, 0.7 * about(folder, random));
                }
            }
            case OVERWRITE_THREE_FILES -> {
                for (int i = 0; i < 3; i++) {
                    lake.overwriteFile();
                }
            }
            case DRIP_AT_THE_END -> lake.drip(lake.folders() - 1, 0.01);
            case DRIPS_ANYWHERE -> lake.drip(any, 0.05 * random.nextDouble());
        }
    }

    private static double about(double targets, SplittableRandom random) {
        return targets * (0.9 + 0.2 * random.nextDouble());
    }
}
