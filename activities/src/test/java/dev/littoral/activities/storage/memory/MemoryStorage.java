package dev.littoral.activities.storage.memory;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StorageAccess;
import dev.littoral.activities.storage.StorageLocation;
import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.StoreObserver.Role;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** A kind of store in this process's memory, {@code memory://key}: all that a further kind of store has to have. */
public final class MemoryStorage implements StorageProvider {
    private static final String SCHEME = "memory";
    private static final String PREFIX = SCHEME + "://";
    private static final int PARALLEL = 4;

    private static final class Blob {
        private final byte[] body;
        private final long version;

        Blob(byte[] body, long version) {
            this.body = body.clone();
            this.version = version;
        }
    }

    private final NavigableMap<String, Blob> blobs = new ConcurrentSkipListMap<>(PathOrder.ORDER);
    private final AtomicLong versions = new AtomicLong();

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public String example() {
        return "memory://lake";
    }

    @Override
    public StorageLocation source(String address) {
        return new MemoryLocation(address);
    }

    @Override
    public StorageLocation catalog(String address) {
        return new MemoryLocation(address);
    }

    private final class MemoryLocation implements StorageLocation {
        private final String address;

        MemoryLocation(String address) {
            this.address = address;
        }

        @Override
        public String realAddress() {
            return address;
        }

        @Override
        public BlobStore openSource(StorageAccess access, StoreObserver observer) {
            return new Memory(address.substring(PREFIX.length()), Role.SOURCE, observer);
        }

        @Override
        public BlobStore openCatalog(StoreObserver observer) {
            return new Memory(address.substring(PREFIX.length()), Role.CATALOG, observer);
        }

        @Override
        public BlobStore openCatalogForReading() {
            return openCatalog(StoreObserver.NONE);
        }
    }

    private final class Memory implements BlobStore {
        private final String prefix;
        private final Role role;
        private final StoreObserver observer;

        Memory(String prefix, Role role, StoreObserver observer) {
            this.prefix = prefix;
            this.role = role;
            this.observer = observer;
        }

        @Override
        public BlobStore observed(StoreObserver other) {
            return new Memory(prefix, role, observer.and(other));
        }

        @Override
        public String prefix() {
            return prefix;
        }

        @Override
        public String location() {
            return PREFIX + prefix;
        }

        @Override
        public String address(String key) {
            return PREFIX + key;
        }

        @Override
        public String key(String address) {
            return address.substring(PREFIX.length());
        }

        private Entry entry(String key, Blob blob) {
            return Entry.file(key, "v" + blob.version, blob.body.length, Entry.UNKNOWN);
        }

        @Override
        public Optional<Entry> find(String key) {
            return Optional.ofNullable(blobs.get(key)).map(blob -> entry(key, blob));
        }

        @Override
        public Cursor list(String below, String after, int limit) throws InterruptedException {
            List<Entry> found = observer.observe(
                    role,
                    "LIST",
                    () -> blobs.tailMap(below, true).entrySet().stream()
                            .takeWhile(each -> each.getKey().startsWith(below))
                            .filter(each -> after == null || PathOrder.compare(each.getKey(), after) > 0)
                            .limit(limit)
                            .map(each -> entry(each.getKey(), each.getValue()))
                            .toList());
            return new Cursor() {
                private boolean over;

                @Override
                public List<Entry> next() {
                    List<Entry> next = over ? List.of() : found;
                    over = true;
                    return next;
                }
            };
        }

        @Override
        public List<String> folders(String below, String after) {
            return blobs.tailMap(after, false).keySet().stream()
                    .filter(key -> key.startsWith(below) && key.indexOf('/', below.length()) >= 0)
                    .map(key -> key.substring(0, key.indexOf('/', below.length()) + 1))
                    .distinct()
                    .toList();
        }

        @Override
        public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
            return observer.observe(role, "GET", () -> {
                Blob blob = blobs.get(key(file.path()));
                boolean same = blob != null
                        && (file.version() == null || file.version().equals("v" + blob.version));
                if (!same) {
                    throw new FileChangedException(file.path(), blob == null ? "it is gone" : "it is another");
                }
                return Arrays.copyOfRange(blob.body, (int) offset, (int) offset + length);
            });
        }

        @Override
        public Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
            return observer.observe(
                    role,
                    "GET",
                    () -> Optional.ofNullable(blobs.get(key)).map(blob -> {
                        BlobStore.checkSize(address(key), blob.body.length, maxBytes);
                        return blob.body.clone();
                    }));
        }

        @Override
        public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
            Blob made = new Blob(body, versions.incrementAndGet());
            return observer.observe(role, "PUT", () -> blobs.putIfAbsent(key, made) == null);
        }

        @Override
        public void put(String key, byte[] body) throws InterruptedException {
            observer.observe(role, "PUT", () -> blobs.put(key, new Blob(body, versions.incrementAndGet())));
        }

        @Override
        public void delete(Collection<String> keys) throws InterruptedException {
            observer.observe(role, "DELETE", () -> blobs.keySet().removeAll(keys));
        }

        @Override
        public int parallelListings() {
            return PARALLEL;
        }

        @Override
        public ParallelTasks.Threads readers() {
            return ParallelTasks.Threads.virtual(PARALLEL);
        }

        @Override
        public void close() {}
    }
}
