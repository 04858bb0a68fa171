package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.StoreObserver.Store;
import dev.littoral.activities.storage.s3.RequestCounter;
import dev.littoral.activities.storage.s3.S3Access;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.activities.storage.s3.S3Uri;
import dev.littoral.workflows.model.ExternalSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Opens sources, those that the worker allows. Safe for use by many threads. */
public final class Sources {
    private final S3Clients clients;
    private final AllowList allowed;
    private final Optional<String> catalog;
    private final StoreObserver requests;

    /** An opener of all that a list allows, whatever the catalog. */
    public Sources(S3Clients clients, AllowList allowed) {
        this(clients, allowed, Optional.empty(), StoreObserver.NONE);
    }

    /**
     * An opener with the worker's rules.
     *
     * @param allowed what may be read
     * @param catalog the catalog that sources must be apart from
     * @param requests hears of each request to a source
     */
    public Sources(S3Clients clients, AllowList allowed, Optional<String> catalog, StoreObserver requests) {
        this.clients = clients;
        this.allowed = allowed;
        this.catalog = catalog;
        this.requests = requests;
    }

    /** A source and what it has cost so far. */
    public interface Opened extends AutoCloseable {
        FileSource files();

        /** Adds the requests so far, by kind, as {@code source.get}. */
        void addTo(Map<String, Long> requests);

        @Override
        void close();
    }

    /** Why a source may not be read by this worker, in one sentence, or empty. */
    public Optional<String> refusal(ExternalSource source) {
        try {
            return isS3(source) ? refusalInS3(source) : refusal(source, local(source));
        } catch (LittoralException notRight) {
            return Optional.of(notRight.getMessage());
        }
    }

    private Optional<String> refusalInS3(ExternalSource source) {
        return allowed.refusal(source.uri())
                .or(() -> profileRefusal(source))
                .or(() -> catalog.flatMap(location -> CatalogSourceOverlap.refusal(location, source)));
    }

    /** What is looked at is the real path that is going to be read, so that no link is turned in between. */
    private Optional<String> refusal(ExternalSource source, LocalSource opened) {
        return allowed.refusal(source.uri(), opened.real())
                .or(() -> profileRefusal(source))
                .or(() -> catalog.flatMap(location -> CatalogSourceOverlap.refusal(location, source, opened.real())));
    }

    /** The same sentence whether there is no such profile or it is not allowed: only an allowed one may be found out about. */
    private Optional<String> profileRefusal(ExternalSource source) {
        String profile = source.spec().profile();
        return profile == null || (allowed.allowsProfile(source.uri(), profile) && clients.hasProfile(profile))
                ? Optional.empty()
                : Optional.of("Profile '" + profile + "' cannot be used for source " + source.uri()
                        + ": this worker has no such profile, or its allow-profile does not name it for that source;"
                        + " expected one that it has and names");
    }

    /**
     * Opens a source; nothing is read yet.
     *
     * @param allowEmpty whether an S3 prefix without any object lists as empty instead of failing
     * @throws LittoralException INPUT when the source is not allowed or its URI is not right
     */
    public Opened open(ExternalSource source, boolean allowEmpty) {
        if (!isS3(source)) {
            LocalSource files = local(source);
            refuse(refusal(source, files));
            return new LocalOpened(files, requests);
        }
        refuse(refusalInS3(source));
        RequestCounter counter = new RequestCounter(requests, Store.SOURCE);
        return new S3Opened(
                new S3Source(
                        clients.client(S3Access.of(source.spec())),
                        S3Uri.parse(source.uri()),
                        PathFilter.of(source.spec()),
                        counter,
                        allowEmpty),
                counter);
    }

    private static void refuse(Optional<String> refusal) {
        refusal.ifPresent(why -> {
            throw LittoralException.input(why);
        });
    }

    private static boolean isS3(ExternalSource source) {
        return source.uri().startsWith("s3://");
    }

    private static LocalSource local(ExternalSource source) {
        return LocalSource.of(source.uri(), PathFilter.of(source.spec()));
    }

    private record S3Opened(S3Source files, RequestCounter counter) implements Opened {
        @Override
        public void addTo(Map<String, Long> requests) {
            counter.counts().forEach((kind, n) -> {
                if (n > 0) {
                    requests.merge("source." + kind.toLowerCase(java.util.Locale.ROOT), n, Long::sum);
                }
            });
        }

        @Override
        public void close() {
            files.close();
        }
    }

    /** A local source counts its reads itself: there is no store that would bill them. */
    private static final class LocalOpened implements Opened {
        private final LongAdder lists = new LongAdder();
        private final LongAdder reads = new LongAdder();
        private final FileSource files;
        private final StoreObserver requests;

        LocalOpened(LocalSource source, StoreObserver requests) {
            this.files = new Counting(source);
            this.requests = requests;
        }

        @Override
        public FileSource files() {
            return files;
        }

        @Override
        public void addTo(Map<String, Long> requests) {
            if (lists.sum() > 0) {
                requests.merge("source.list", lists.sum(), Long::sum);
            }
            if (reads.sum() > 0) {
                requests.merge("source.get", reads.sum(), Long::sum);
            }
        }

        @Override
        public void close() {
            files.close();
        }

        private final class Counting implements FileSource {
            private final LocalSource source;

            Counting(LocalSource source) {
                this.source = source;
            }

            @Override
            public String list(PathRange range, Visitor visitor) throws InterruptedException {
                lists.increment();
                String status = StoreObserver.ERROR;
                try {
                    String next = source.list(range, visitor);
                    status = StoreObserver.OK;
                    return next;
                } finally {
                    requests.answered(Store.SOURCE, "LIST", status);
                }
            }

            @Override
            public void listSorted(Visitor visitor) throws InterruptedException {
                lists.increment();
                String status = StoreObserver.ERROR;
                try {
                    source.listSorted(visitor);
                    status = StoreObserver.OK;
                } finally {
                    requests.answered(Store.SOURCE, "LIST", status);
                }
            }

            /** A range has to look at all names of the folders it is in, which in a flat one are all there are. */
            @Override
            public int parallelListings() {
                return 1;
            }

            @Override
            public List<String> cuts(String recent, String last, String to, int wanted) {
                return source.cuts(recent, last, to, wanted);
            }

            @Override
            public byte[] read(SourceFile file, long offset, int length)
                    throws FileChangedException, InterruptedException {
                reads.increment();
                String status = StoreObserver.ERROR;
                try {
                    byte[] bytes = source.read(file, offset, length);
                    status = StoreObserver.OK;
                    return bytes;
                } finally {
                    requests.answered(Store.SOURCE, "GET", status);
                }
            }

            @Override
            public void close() {
                source.close();
            }
        }
    }
}
