package dev.littoral.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A folder of Parquet files in a bucket, changed by a seeded random generator. It remembers which content a file had
 * when, so that it can tell whether a snapshot is one listing made within a span of time. One thread changes it.
 */
final class SeededLake {
    private static final int FEW = 4;
    private static final int MANY = 30;
    private static final int MAX_ROWS = 300;

    /** How far the clocks and the times that stores keep may be apart. */
    private static final long SLACK_MILLIS = 1_500;

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final Map<String, List<Content>> history = new TreeMap<>();
    private int named;

    SeededLake(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
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

    /** A file as a snapshot has it. */
    record Served(String version, long rows) {}

    String uri() {
        return "s3://" + bucket + "/" + prefix;
    }

    /** Appends, overwrites or removes a file. */
    void change(SplittableRandom random) throws Exception {
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
    }

    /** Adds a file behind all others. */
    void append(int rows) throws Exception {
        write(uri() + "part-%05d.parquet".formatted(named++), rows);
    }

    private void write(String path, int rows) throws Exception {
        byte[] parquet = Parquet.ofRows(rows);
        begin(path, rows);
        String tag = insist(() -> client.putObject(
                        request -> request.bucket(bucket).key(key(path)), RequestBody.fromBytes(parquet))
                .eTag());
        done(path, "etag:" + tag.replace("\"", ""), rows);
    }

    private void remove(String path) {
        begin(path, 0);
        insist(() -> client.deleteObject(request -> request.bucket(bucket).key(key(path))));
        done(path, null, 0);
    }

    /** Does something that can be done again until the store, which is away at times, says that it is done. */
    private static <T> T insist(Supplier<T> request) {
        List<T> answer = new ArrayList<>();
        Following.await("the store", () -> {
            try {
                answer.add(request.get());
                return true;
            } catch (SdkException away) {
                return false;
            }
        });
        return answer.getFirst();
    }

    private String key(String path) {
        return path.substring("s3://".length() + bucket.length() + 1);
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

    /** The rows of each file with rows, by path. */
    synchronized Map<String, Long> rows() {
        Map<String, Long> rows = new TreeMap<>();
        history.forEach((path, contents) -> {
            if (contents.getLast().isServed()) {
                rows.put(path, contents.getLast().rows());
            }
        });
        return rows;
    }

    /** Why a snapshot cannot be a listing that was made between two times; nothing when it can. */
    synchronized List<String> contradictions(Map<String, Served> snapshot, long from, long to) {
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
