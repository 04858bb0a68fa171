package dev.littoral.worker;

import dev.littoral.workflows.model.ExternalSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A folder of Parquet files in a bucket. */
final class SeededLake implements ChangingSource {
    private static final int FEW = 4;
    private static final int MANY = 30;
    private static final int MAX_ROWS = 300;

    private final LakeObjects objects;
    private final String uri;
    private final Map<String, List<Content>> history = new TreeMap<>();
    private int named;

    SeededLake(LakeObjects objects, String uri) {
        this.objects = objects;
        this.uri = uri;
    }

    /**
     * What a file had, from a moment between two times on.
     *
     * @param version as the catalog writes an ETag, or null for a file that is not there
     * @param begun when the write began, in milliseconds
     * @param done when it was over
     */
    private record Content(String version, long rows, long begun, long done) {
        boolean isServed() {
            return rows > 0;
        }
    }

    @Override
    public ExternalSource source() {
        return Following.source(uri);
    }

    /** Appends, overwrites or removes a file. */
    @Override
    public String change(SplittableRandom random) throws Exception {
        List<String> there = there();
        int wish = random.nextInt(10);
        int which = random.nextInt(MANY);
        int rows = random.nextInt(15) == 0 ? 0 : 1 + random.nextInt(MAX_ROWS);
        if (there.size() < FEW || (wish < 3 && there.size() < MANY)) {
            append(rows);
        } else if (wish < 6) {
            remove(there.get(which % there.size()));
        } else {
            write(there.get(which % there.size()), rows);
        }
        return "files changed";
    }

    @Override
    public void append(int rows) throws Exception {
        write(uri + "part-%05d.parquet".formatted(named++), rows);
    }

    private void write(String path, int rows) throws Exception {
        byte[] parquet = Parquet.ofRows(rows);
        begin(path, rows);
        String tag = objects.put(path, parquet);
        done(path, "etag:" + tag, rows);
    }

    private void remove(String path) {
        begin(path, 0);
        objects.delete(path);
        done(path, null, 0);
    }

    private synchronized void begin(String path, long rows) {
        history.computeIfAbsent(path, any -> new ArrayList<>())
                .add(new Content(null, rows, System.currentTimeMillis(), Long.MAX_VALUE));
    }

    private synchronized void done(String path, String version, long rows) {
        List<Content> contents = history.get(path);
        long begun = contents.getLast().begun();
        contents.set(contents.size() - 1, new Content(version, rows, begun, System.currentTimeMillis()));
    }

    private synchronized List<String> there() {
        List<String> there = new ArrayList<>();
        history.forEach((path, contents) -> {
            if (contents.getLast().version() != null) {
                there.add(path);
            }
        });
        return there;
    }

    @Override
    public synchronized Map<String, Long> rows() {
        Map<String, Long> rows = new TreeMap<>();
        history.forEach((path, contents) -> {
            if (contents.getLast().isServed()) {
                rows.put(path, contents.getLast().rows());
            }
        });
        return rows;
    }

    @Override
    public Map<String, List<Long>> deleted() {
        return Map.of();
    }

    @Override
    public Map<String, Long> fresh(Path scratch) throws Exception {
        Map<String, Long> rows = objects.countRows(objects.list(uri), scratch);
        rows.values().removeIf(count -> count == 0);
        return rows;
    }

    @Override
    public synchronized List<String> contradictions(Map<String, Served> snapshot, long from, long to) {
        List<String> contradictions = new ArrayList<>();
        snapshot.forEach((path, served) -> {
            if (!couldBe(path, served, from - SLACK_MILLIS, to + SLACK_MILLIS)) {
                contradictions.add(path + " did not have version " + served.version() + " of " + served.rows()
                        + " rows between " + from + " and " + to);
            }
        });
        history.forEach((path, contents) -> {
            Content certain = certain(contents, from - SLACK_MILLIS, to + SLACK_MILLIS);
            Served served = snapshot.get(path);
            if (certain != null && served == null && certain.isServed()) {
                contradictions.add(path + " is left out, but was there from " + from + " to " + to);
            } else if (certain != null && served != null && !served.version().equals(certain.version())) {
                contradictions.add(path + " has version " + served.version() + ", but had " + certain.version()
                        + " from " + from + " to " + to);
            }
        });
        return contradictions;
    }

    private boolean couldBe(String path, Served served, long from, long to) {
        List<Content> contents = history.getOrDefault(path, List.of());
        for (int i = 0; i < contents.size(); i++) {
            Content content = contents.get(i);
            long until = i + 1 < contents.size() ? contents.get(i + 1).done() : Long.MAX_VALUE;
            // While a write is under way nobody knows its version yet.
            boolean same = content.done() == Long.MAX_VALUE
                    || (served.version().equals(content.version()) && served.rows() == content.rows());
            if (same && content.begun() <= to && until >= from) {
                return true;
            }
        }
        return false;
    }

    /** What a file had all the time between two times, or null where it was changed meanwhile. */
    private static Content certain(List<Content> contents, long from, long to) {
        if (contents.getFirst().begun() >= to) {
            return new Content(null, 0, 0, 0);
        }
        for (int i = 0; i < contents.size(); i++) {
            long until = i + 1 < contents.size() ? contents.get(i + 1).begun() : Long.MAX_VALUE;
            if (contents.get(i).done() <= from && until >= to) {
                return contents.get(i);
            }
        }
        return null;
    }
}
