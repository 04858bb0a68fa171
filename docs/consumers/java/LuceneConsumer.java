import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.catalog.Segment;
import dev.littoral.activities.catalog.SegmentChange;
import dev.littoral.activities.catalog.Snapshot;
import dev.littoral.activities.consumer.ConsumerClient;
import dev.littoral.activities.deletes.RowRange;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.SegmentProgress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;

/**
 * A vector search that keeps in step with a collection: a Lucene segment with its HNSW graph for each segment of the
 * collection, followed by the differences between versions. Rows keep their numbers as documents, so rows that are
 * deleted and restored are Lucene's live documents, and no graph is built anew for them.
 */
public final class LuceneConsumer {
    private static final String FIELD = "vector";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final CatalogReader catalog;
    private final ConsumerClient client;
    private final Connection duckDb;
    private final String collection;
    private final String column;
    private final Duration lease;
    private final Duration look;

    /** What readers get: a version, whole. */
    private volatile Index index;

    /** The version that is held, and until when. */
    private Head held;

    private Instant until = Instant.EPOCH;
    private boolean refused;

    /** What is read of the version that is held. */
    private Column reads;

    /** The lease was refused, or it ended before the version was built: begin again with the newest version. */
    private static final class NotHeldException extends Exception {
        private static final long serialVersionUID = 1;
    }

    private LuceneConsumer(CatalogStore store, Map<String, String> options) throws SQLException {
        collection = options.get("collection");
        column = options.getOrDefault("column", "embedding");
        lease = Duration.ofSeconds(Long.parseLong(options.getOrDefault("lease", "600")));
        look = Duration.ofMillis(Long.parseLong(options.getOrDefault("look-millis", "1000")));
        catalog = CatalogReader.on(store);
        client = new ConsumerClient(store, collection, options.getOrDefault("name", "lucene"), Clock.systemUTC());
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 2 || args.length % 2 != 0) {
            System.err.println("usage: LuceneConsumer CATALOG COLLECTION"
                    + " [--name lucene] [--column embedding] [--port 8080] [--lease SECONDS] [--look-millis 1000]");
            System.exit(2);
        }
        Map<String, String> options = new HashMap<>(Map.of("collection", args[1]));
        for (int i = 2; i < args.length; i += 2) {
            options.put(args[i].substring(2), args[i + 1]);
        }
        // A folder, or s3://bucket/prefix; credentials come from where AWS tools expect them.
        try (Storages storages = StorageRegistry.storages();
                CatalogStore store = storages.openCatalog(args[0], StoreObserver.NONE)) {
            LuceneConsumer consumer = new LuceneConsumer(store, options);
            HttpServer http = consumer.serve(Integer.parseInt(options.getOrDefault("port", "8080")));
            consumer.follow();
            http.stop(0);
        }
    }

    private void follow() throws Exception {
        long version = 0;
        Duration pause = look;
        while (true) {
            try {
                Head head = catalog.newest(collection).orElse(Head.NONE);
                if (head.version() == version) {
                    Thread.sleep(look.toMillis());
                    continue;
                }
                version = head.version();
                if (head.kind() == HeadKind.RETIRED) {
                    client.gone(version);
                    return;
                }
                boolean same = index != null && index.head.snapshot().equals(head.snapshot());
                if (head.snapshot() == null || head.kind() == HeadKind.DECLARED && same) {
                    continue;
                }
                if (serve(head)) {
                    pause = look;
                    continue;
                }
            } catch (LittoralException e) {
                if (e.type() != FailureType.TRANSIENT) {
                    throw e;
                }
                System.err.println(e.getMessage());
            }
            // Nothing is held, or the store is away: the newest version once more, after a pause that grows.
            version = 0;
            Thread.sleep(pause.toMillis());
            pause = pause.compareTo(LONGEST_PAUSE.dividedBy(2)) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Builds a version and serves it, or says that it cannot be built; false where it is not held. */
    private boolean serve(Head head) throws Exception {
        try {
            hold(head);
            Index built = build(head);
            stillHolds();
            index = built;
        } catch (NotHeldException e) {
            return false;
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            if (!Instant.now().isBefore(until)) {
                return false;
            }
            client.failed(head.version(), null, e.getMessage());
            System.err.println("version " + head.version() + " cannot be built: " + e.getMessage());
            return true;
        }
        int segments = index.segments.size();
        client.serving(head.version(), index.rows(), new SegmentProgress(segments, 0, segments));
        System.out.printf("version %d: %d rows in %d segments%n", head.version(), index.rows(), segments);
        return true;
    }

    private void hold(Head version) throws NotHeldException, InterruptedException {
        LeaseAnswer answer = client.lease(version, lease);
        if (!answer.granted()) {
            throw new NotHeldException();
        }
        held = version;
        until = answer.until();
        refused = false;
    }

    /** Renews the lease from half its time on; one that is not renewed runs to its own end. */
    private void stillHolds() throws NotHeldException, InterruptedException {
        if (!refused && Instant.now().isAfter(until.minus(lease.dividedBy(2)))) {
            try {
                hold(held);
            } catch (NotHeldException e) {
                refused = true;
            }
        }
        if (!Instant.now().isBefore(until)) {
            throw new NotHeldException();
        }
    }

    /** Changes the index to what a version is, by the difference to the version that is served. */
    private Index build(Head head) throws Exception {
        Map<Long, IndexedSegment> segments = new TreeMap<>();
        reads = Column.of(catalog.snapshot(collection, head.version()), column);
        // Where the name means other vectors than before, nothing is known.
        Index before = index != null && index.column.equals(reads) ? index : null;
        // Whose version was cleaned away keeps what it has: a segment's id means the same rows for ever.
        boolean known = before != null && isThere(before.head.version());
        if (known) {
            segments.putAll(before.segments);
        }
        List<SegmentChange> changes;
        try (var stream = catalog.diff(collection, known ? before.head.version() : 0, head.version()).changes()) {
            changes = stream.toList();
        }
        for (SegmentChange change : changes) {
            stillHolds();
            IndexedSegment old = before == null ? null : before.segments.get(change.id());
            // A segment can have rows deleted and others restored.
            IndexedSegment now = segments.getOrDefault(change.id(), old);
            switch (change) {
                case SegmentChange.Build build -> {
                    FixedBitSet living = all(build.segment().laidOutRows());
                    set(living, build.deleted(), false);
                    segments.put(build.id(), segment(build.segment(), living, old));
                }
                case SegmentChange.Drop drop -> segments.remove(drop.id());
                case SegmentChange.Delete delete -> segments.put(delete.id(), with(now, delete.ranges(), false));
                case SegmentChange.Restore restore -> segments.put(restore.id(), with(now, restore.ranges(), true));
                case SegmentChange.Move move -> segments.put(move.id(), segment(move.segment(), now.living, now));
            }
        }
        return new Index(head, reads, segments);
    }

    private boolean isThere(long version) {
        try {
            return catalog.head(collection, version).version() == version;
        } catch (LittoralException e) {
            if (e.type() == FailureType.INPUT) {
                return false;
            }
            throw e;
        }
    }

    private IndexedSegment with(IndexedSegment segment, List<RowRange> ranges, boolean lives) throws Exception {
        FixedBitSet living = segment.living.clone();
        set(living, ranges, lives);
        return segment(segment.layout, living, segment);
    }

    /** A segment with other living rows; its graph is kept unless it lacks one that lives now. */
    private IndexedSegment segment(Segment layout, FixedBitSet living, IndexedSegment before) throws Exception {
        if (before != null && FixedBitSet.andNotCount(living, before.there) == 0) {
            return new IndexedSegment(layout, living, before.there, before.leaf);
        }
        ByteBuffersDirectory directory = new ByteBuffersDirectory();
        IndexWriterConfig config = new IndexWriterConfig().setMergePolicy(new LogDocMergePolicy());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (Segment.FragmentSpan span : layout.fragments()) {
                add(span, living, writer);
            }
            // One Lucene segment, in which documents are numbered as rows are.
            writer.forceMerge(1);
        }
        LeafReader leaf = DirectoryReader.open(directory).leaves().getFirst().reader();
        return new IndexedSegment(layout, living, living, leaf);
    }

    /** Adds a document for each row; those of rows that are dead are empty, as their file may be gone. */
    private void add(Segment.FragmentSpan span, FixedBitSet living, IndexWriter writer) throws Exception {
        int from = (int) span.from();
        float[][] vectors = new float[(int) (span.end() - span.start())][];
        if (living.cardinality(from, from + vectors.length) > 0) {
            for (Segment.RowSpan rows : span.rows()) {
                float[][] read = vectors(rows).toArray(float[][]::new);
                System.arraycopy(read, 0, vectors, (int) rows.from() - from, read.length);
            }
        }
        for (int row = 0; row < vectors.length; row++) {
            Document document = new Document();
            if (living.get(from + row)) {
                document.add(new KnnFloatVectorField(FIELD, vectors[row], VectorSimilarityFunction.EUCLIDEAN));
            }
            writer.addDocument(document);
        }
    }

    /** The vectors of rows, if their file has the version that the snapshot names. */
    private List<float[]> vectors(Segment.RowSpan span) throws InterruptedException, NotHeldException {
        stillHolds();
        checkVersion(span);
        List<float[]> vectors = new ArrayList<>();
        try (PreparedStatement query = duckDb.prepareStatement("SELECT " + reads.within(span.file(), duckDb)
                + "::FLOAT[] FROM read_parquet(?, file_row_number = true)"
                + " WHERE file_row_number >= ? AND file_row_number < ? ORDER BY file_row_number")) {
            query.setString(1, span.file());
            query.setLong(2, span.start());
            query.setLong(3, span.end());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    Array list = rows.getArray(1);
                    Object[] numbers = list == null ? new Object[0] : (Object[]) list.getArray();
                    float[] vector = new float[numbers.length];
                    for (int i = 0; i < vector.length; i++) {
                        vector[i] = ((Number) numbers[i]).floatValue();
                    }
                    vectors.add(vector);
                }
            }
        } catch (SQLException e) {
            checkVersion(span);
            throw LittoralException.input("File " + span.file() + " cannot be read: " + e.getMessage());
        }
        checkVersion(span);
        if (vectors.size() != span.end() - span.start() || vectors.stream().anyMatch(vector -> vector.length == 0)) {
            throw LittoralException.input("File " + span.file() + " has rows without a vector");
        }
        return vectors;
    }

    /** A local file's version is made of its size, time and inode. On S3 it is the ETag. A table's files never change. */
    private void checkVersion(Segment.RowSpan span) {
        if (reads.ofTable) {
            return;
        }
        try {
            Map<String, Object> found = Files.readAttributes(Path.of(span.file()), "unix:size,lastModifiedTime,ino");
            Instant time = ((FileTime) found.get("lastModifiedTime")).toInstant();
            String version = "size:%d;mtime:%d.%09d;inode:%d"
                    .formatted(found.get("size"), time.getEpochSecond(), time.getNano(), found.get("ino"));
            if (!version.equals(span.version())) {
                throw LittoralException.input("File " + span.file() + " has another version by now");
            }
        } catch (IOException e) {
            throw LittoralException.input("File " + span.file() + " cannot be read: " + e);
        }
    }

    private static FixedBitSet all(long rows) {
        FixedBitSet all = new FixedBitSet((int) rows);
        all.set(0, (int) rows);
        return all;
    }

    private static void set(FixedBitSet rows, List<RowRange> ranges, boolean lives) {
        for (RowRange range : ranges) {
            if (lives) {
                rows.set((int) range.start(), (int) range.end());
            } else {
                rows.clear((int) range.start(), (int) range.end());
            }
        }
    }

    /**
     * A column as the data files of a source know it: by its name, or by an id that survives another name.
     *
     * @param id negative where files know it by its name
     * @param names what files without any ids may call it
     */
    private record Column(boolean ofTable, String name, int id, List<String> names) {
        static Column of(Snapshot snapshot, String name) {
            if (snapshot.table().isEmpty()) {
                return new Column(false, name, -1, List.of(name));
            }
            String format = snapshot.table().get().format();
            JsonNode schema = snapshot.schema().orElseThrow();
            JsonNode struct =
                    switch (format) {
                        case "iceberg" -> schema;
                        case "delta" -> schema.get("schema");
                        default ->
                            throw LittoralException.input("The files of a table of format " + format + " are not Parquet");
                    };
            for (JsonNode field : struct.get("fields")) {
                if (field.get("name").asText().equals(name)) {
                    return format.equals("iceberg")
                            ? withId(schema, name, field.get("id").asInt())
                            : mapped(schema.get("columnMapping").asText(), name, field.get("metadata"));
                }
            }
            throw LittoralException.input("The table has no column " + name);
        }

        private static Column withId(JsonNode schema, String name, int id) {
            List<String> names = new ArrayList<>();
            for (JsonNode mapped : schema.path("nameMapping")) {
                if (mapped.path("field-id").asInt(-1) == id) {
                    mapped.get("names").forEach(each -> names.add(each.asText()));
                }
            }
            return new Column(true, name, id, names);
        }

        private static Column mapped(String mode, String name, JsonNode known) {
            String physical = known.path("delta.columnMapping.physicalName").asText(name);
            return mode.equals("id")
                    ? new Column(true, physical, known.get("delta.columnMapping.id").asInt(), List.of())
                    : new Column(true, physical, -1, List.of(physical));
        }

        /** What a data file calls it. */
        String within(String file, Connection duckDb) throws SQLException {
            Map<Integer, String> byId = new HashMap<>();
            Set<String> all = new HashSet<>();
            try (PreparedStatement query = duckDb.prepareStatement("SELECT field_id, name FROM parquet_schema(?)")) {
                query.setString(1, file);
                try (ResultSet columns = query.executeQuery()) {
                    while (columns.next()) {
                        all.add(columns.getString(2));
                        if (columns.getObject(1) != null) {
                            byId.put(columns.getInt(1), columns.getString(2));
                        }
                    }
                }
            }
            if (byId.containsKey(id)) {
                return quoted(byId.get(id));
            }
            return names.stream()
                    .filter(each -> all.contains(each) && (id < 0 || byId.isEmpty()))
                    .findFirst()
                    .map(Column::quoted)
                    .orElseThrow(() -> new SQLException("it has no column " + name));
        }

        private static String quoted(String name) {
            return "\"" + name.replace("\"", "\"\"") + "\"";
        }
    }

    /**
     * A segment as it is searched. Never changed.
     *
     * @param living rows that live, which no row that is not there does
     * @param there rows that have a vector
     */
    private record IndexedSegment(Segment layout, FixedBitSet living, FixedBitSet there, LeafReader leaf) {}

    /** A Lucene segment whose live documents are the rows that live. */
    private static final class LivingRows extends FilterLeafReader {
        private final IndexedSegment segment;

        LivingRows(IndexedSegment segment) {
            super(segment.leaf);
            this.segment = segment;
        }

        @Override
        public Bits getLiveDocs() {
            return segment.living;
        }

        @Override
        public int numDocs() {
            return segment.living.cardinality();
        }

        @Override
        public CacheHelper getCoreCacheHelper() {
            return in.getCoreCacheHelper();
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return null;
        }
    }

    /** A row that a search finds. */
    private record Hit(String file, long row, double distance) {}

    /** A version, whole. Never changed. */
    private static final class Index {
        private final Head head;
        private final Column column;
        private final Map<Long, IndexedSegment> segments;
        private final List<LivingRows> leaves;
        private final IndexSearcher searcher;

        Index(Head head, Column column, Map<Long, IndexedSegment> segments) throws IOException {
            this.head = head;
            this.column = column;
            this.segments = segments;
            this.leaves = segments.values().stream().map(LivingRows::new).toList();
            this.searcher = new IndexSearcher(new MultiReader(leaves.toArray(IndexReader[]::new)));
        }

        long rows() {
            return leaves.stream().mapToLong(LivingRows::numDocs).sum();
        }

        /** The nearest rows that the graphs lead to. */
        List<Hit> search(float[] query, int k) throws IOException {
            List<Hit> hits = new ArrayList<>();
            for (ScoreDoc found : searcher.search(new KnnFloatVectorQuery(FIELD, query, k), k).scoreDocs) {
                int leaf = ReaderUtil.subIndex(found.doc, searcher.getIndexReader().leaves());
                int row = found.doc - searcher.getIndexReader().leaves().get(leaf).docBase;
                FloatVectorValues vectors = leaves.get(leaf).getFloatVectorValues(FIELD);
                KnnVectorValues.DocIndexIterator each = vectors.iterator();
                each.advance(row);
                hits.add(hit(leaves.get(leaf), row, vectors.vectorValue(each.index()), query));
            }
            return nearest(hits, k);
        }

        /** The nearest rows, of all that live. */
        List<Hit> exact(float[] query, int k) throws IOException {
            List<Hit> hits = new ArrayList<>();
            for (LivingRows leaf : leaves) {
                FloatVectorValues vectors = leaf.getFloatVectorValues(FIELD);
                KnnVectorValues.DocIndexIterator each = vectors.iterator();
                for (int row = each.nextDoc(); row != DocIdSetIterator.NO_MORE_DOCS; row = each.nextDoc()) {
                    if (leaf.getLiveDocs().get(row)) {
                        hits.add(hit(leaf, row, vectors.vectorValue(each.index()), query));
                    }
                }
            }
            return nearest(hits, k);
        }

        private static Hit hit(LivingRows leaf, int row, float[] vector, float[] query) {
            Segment.RowLocation at = leaf.segment.layout.locate(row);
            return new Hit(at.file(), at.fileRow(), VectorUtil.squareDistance(vector, query));
        }

        private static List<Hit> nearest(List<Hit> hits, int k) {
            Comparator<Hit> order = Comparator.comparingDouble(Hit::distance);
            hits.sort(order.thenComparing(Hit::file).thenComparingLong(Hit::row));
            return hits.subList(0, Math.min(k, hits.size()));
        }
    }

    private HttpServer serve(int port) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        http.createContext("/", exchange -> {
            try {
                answer(exchange, 200, answer(exchange));
            } catch (RuntimeException e) {
                answer(exchange, 400, Map.of("error", String.valueOf(e.getMessage())));
            }
        });
        http.start();
        System.out.printf("search at http://127.0.0.1:%d/?k=3&vector=1,2,3%n", http.getAddress().getPort());
        return http;
    }

    private Object answer(HttpExchange exchange) throws IOException {
        Map<String, String> asked = new HashMap<>();
        for (String part : Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("").split("&")) {
            String[] words = part.split("=", 2);
            asked.put(words[0], words[words.length - 1]);
        }
        Index now = index;
        if (now == null) {
            throw new IllegalStateException("nothing is served yet");
        }
        if (!asked.containsKey("vector")) {
            return Map.of("version", now.head.version(), "rows", now.rows(), "segments", now.segments.size());
        }
        String[] numbers = asked.get("vector").split(",");
        float[] query = new float[numbers.length];
        for (int i = 0; i < query.length; i++) {
            query[i] = Float.parseFloat(numbers[i]);
        }
        int k = Integer.parseInt(asked.getOrDefault("k", "10"));
        List<Hit> hits = asked.containsKey("exact") ? now.exact(query, k) : now.search(query, k);
        return Map.of("version", now.head.version(), "hits", hits);
    }

    private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
