package dev.littoral.activities.steps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.steps.VectorLake.Content;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.RollbackRequest;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A collection of two lakes by turns. */
final class VectorWalk extends VectorCollection {
    private static final int STEPS = 25;
    private static final int[] ROWS = {1, 30, 120, 250, 400, 900, 5_000};

    interface Check {
        void run() throws Exception;
    }

    private final long seed;
    private final List<VectorLake> lakes;
    private final Map<String, Integer> kinds = new TreeMap<>();
    private VectorLake lake;
    private int writes;
    private int step;

    VectorWalk(Path folder, long seed) throws Exception {
        super(folder, seed, DeletesBeside.opener());
        this.seed = seed;
        lakes = List.of(new VectorLake(folder.resolve("a")), new VectorLake(folder.resolve("b")));
        lake = lakes.getFirst();
    }

    @Override
    public void close() throws SQLException {
        super.close();
        for (VectorLake each : lakes) {
            each.close();
        }
    }

    /** Fills both lakes, and commits what the second one has. */
    @Override
    void fill() throws Exception {
        for (VectorLake each : lakes) {
            lake = each;
            for (int i = 0; i < 10; i++) {
                write("f" + i + ".parquet");
            }
        }
        update();
    }

    void run(Check check) throws Exception {
        fill();
        for (step = 0; step < STEPS; step++) {
            // Sometimes a consumer has not answered yet when the next version comes.
            do {
                change();
            } while (random.nextInt(4) == 0);
            try {
                check.run();
            } catch (AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ", step " + step + ", of " + kinds + ": " + e.getMessage(), e);
            }
        }
    }

    int step() {
        return step;
    }

    void checkEveryKind() {
        assertThat(kinds.keySet())
                .contains("append", "overwrite", "remove", "delete rows", "roll back", "restore", "other source");
    }

    private void write(String name) throws Exception {
        lake.write(name, ROWS[random.nextInt(ROWS.length)], ++writes, random.nextBoolean());
    }

    private void change() throws Exception {
        change(16);
    }

    @Override
    void changeLake() throws Exception {
        change(13);
    }

    private void change(int kindsOf) throws Exception {
        List<String> names = lake.names();
        int dice = names.size() < 4 ? 0 : random.nextInt(kindsOf);
        switch (dice) {
            case 0, 1, 2 -> {
                count("append");
                for (int i = random.nextInt(3); i >= 0; i--) {
                    write("g" + writes + ".parquet");
                }
            }
            case 3, 4, 5 -> {
                count("overwrite");
                write(any(names));
            }
            case 6, 7 -> {
                count("remove");
                lake.remove(any(names));
            }
            case 8, 9, 10, 11 -> {
                count("delete rows");
                for (int i = 0; i < 3; i++) {
                    deleteRows(any(names));
                }
            }
            case 12 -> {
                count("other source");
                lake = lakes.get(1 - lakes.indexOf(lake));
            }
            case 13, 14 -> {
                count("restore");
                restore(any(names));
                return;
            }
            default -> {
                count("roll back");
                rollBack(pipeline.head().version() - 1 - random.nextInt(3));
                return;
            }
        }
        update();
    }

    private void count(String kind) {
        kinds.merge(kind, 1, Integer::sum);
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }

    private void deleteRows(String name) {
        BitSet more = new BitSet();
        int rows = lake.rows(name);
        int from = random.nextInt(rows);
        more.set(from, Math.min(rows, from + 1 + random.nextInt(20)));
        for (int i = 0; i < rows / 20; i++) {
            more.set(random.nextInt(rows));
        }
        lake.deleteRows(name, more);
    }

    /** A file that is gone for one version, and there as it was when the version before is served again. */
    private void restore(String name) throws Exception {
        update();
        long version = pipeline.head().version();
        lake.hide(name);
        update();
        lake.show(name);
        rollBack(version);
    }

    private void update() throws Exception {
        update(lake.source(), lake.contents());
    }

    private void rollBack(long version) throws Exception {
        Head base = pipeline.head();
        if (version < 2) {
            return;
        }
        CommitOutcome done = pipeline.commits.rollBack(
                new RollbackRequest("c", pipeline.update, version, base, "rollback-" + base.version(), "a test"));
        if (done instanceof CommitOutcome.Refused refused) {
            assertThat(refused.reason()).contains("serves the snapshot of version " + version + " already");
            return;
        }
        assertThat(done).isInstanceOf(CommitOutcome.Created.class);
        serves(base.version() + 1, served.get(version));
    }

    @Override
    void failed() {
        count("failed");
    }

    @Override
    boolean isThere(long version) {
        Map<String, Content> now = new TreeMap<>();
        lakes.forEach(each -> now.putAll(each.contents()));
        return served.get(version).entrySet().stream()
                .allMatch(file -> now.containsKey(file.getKey())
                        && now.get(file.getKey()).write() == file.getValue().write());
    }
}
