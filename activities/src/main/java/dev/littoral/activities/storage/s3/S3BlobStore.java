package dev.littoral.activities.storage.s3;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.ArchivedException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.storage.BlobCatalogStore;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.workflows.model.FailureType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A blob store that is a bucket of S3. A blob's version is its ETag, else its size and time. A conditional create is as
 * safe as the store's {@code If-None-Match} is.
 */
final class S3BlobStore implements BlobStore {
    /** What one request may list or delete. */
    private static final int BATCH = 1000;

    private static final int PARALLEL_LISTINGS = 16;
    private static final int PARALLEL_READS = 128;

    private final S3Bucket bucket;
    private final String prefix;

    /**
     * A bucket, opened at an address in it; nothing is read yet.
     *
     * @param client stays the caller's; built by {@link S3Clients}
     * @param role the role under which its requests are reported
     */
    S3BlobStore(S3Client client, S3Uri uri, StoreObserver.Role role, StoreObserver observer) {
        this(new S3Bucket(client, uri, new S3RequestObserver(observer, role)), uri.key());
    }

    private S3BlobStore(S3Bucket bucket, String prefix) {
        this.bucket = bucket;
        this.prefix = prefix;
    }

    @Override
    public BlobStore observed(StoreObserver observer) {
        return new S3BlobStore(bucket.observed(observer), prefix);
    }

    @Override
    public String prefix() {
        return prefix;
    }

    @Override
    public String location() {
        return bucket.path(prefix);
    }

    @Override
    public String address(String key) {
        return bucket.path(key);
    }

    @Override
    public String key(String address) {
        return address.substring(bucket.path("").length());
    }

    /**
     * Of all keys that start with a key the key itself comes first, behind pages with nothing on them; and a listing
     * says in words what is wrong, which a HEAD cannot.
     */
    @Override
    public Optional<Entry> find(String key) throws InterruptedException {
        return list(key, null, 1).next().stream()
                .filter(entry -> entry.kind() == Kind.FILE && entry.key().equals(key))
                .findFirst();
    }

    @Override
    public Cursor list(String below, String after, int limit) {
        return new PageCursor(below, after, limit);
    }

    /** The pages of a listing. */
    private final class PageCursor implements Cursor {
        private final ListObjectsPages pages;
        private int left;

        PageCursor(String below, String after, int limit) {
            this.left = limit;
            this.pages = new ListObjectsPages(
                    bucket,
                    r -> r.prefix(below)
                            .startAfter(after)
                            .maxKeys(left == NO_LIMIT ? null : Math.clamp(left, 1, BATCH)));
        }

        @Override
        public List<Entry> next() throws InterruptedException {
            while (pages.hasNext()) {
                ListPage page = pages.next();
                left -= left == NO_LIMIT ? 0 : page.objects().size();
                if (!page.objects().isEmpty()) {
                    return page.objects().stream()
                            .map(o -> entry(o, page.exact()))
                            .toList();
                }
            }
            return List.of();
        }
    }

    private static Entry entry(ListPage.Listed o, boolean exact) {
        String key = ListedKeys.shown(o.key());
        if (key.endsWith("/")) {
            return Entry.of(key, Kind.DIRECTORY_MARKER);
        }
        boolean readable = exact ? key.equals(o.key()) : key.indexOf(ListedKeys.REPLACEMENT) < 0;
        return readable
                ? Entry.file(key, S3Version.of(o.etag(), o.bytes(), o.modified()), o.bytes(), o.modified())
                : Entry.of(key, Kind.UNREADABLE_NAME);
    }

    @Override
    public List<String> folders(String below, String after) throws InterruptedException {
        return bucket.page(r -> r.prefix(below).delimiter("/").startAfter(after)).prefixes().stream()
                .map(ListedKeys::shown)
                .toList();
    }

    @Override
    public int parallelListings() {
        return PARALLEL_LISTINGS;
    }

    /** The most that one client may send; the actual number depends on the store. */
    @Override
    public ParallelTasks.Threads readers() {
        return ParallelTasks.Threads.virtual(PARALLEL_READS);
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        if (length == 0) {
            return new byte[0];
        }
        Optional<String> etag = Optional.ofNullable(file.version()).flatMap(S3Version::etag);
        boolean hasEtag = etag.isPresent();
        ResponseBytes<GetObjectResponse> whole =
                get(file, offset, length, etag.map(plain -> '"' + plain + '"').orElse(null));
        GetObjectResponse reply = whole.response();
        if (hasEtag && reply.eTag() == null) {
            throw LittoralException.strangeReply(
                    "Cannot read " + file.path()
                            + ": the store's answer names no ETag; expected one, as its listing did",
                    null);
        }
        if (file.version() == null) {
            return whole.asByteArrayUnsafe();
        }
        long size = S3Version.sizeOf(reply, file);
        // Not every store heeds If-Match.
        String found = S3Version.of(file, reply, hasEtag, size);
        if (!found.equals(file.version())) {
            throw new FileChangedException(
                    file.path(),
                    "listed was " + S3Version.named(file.version()) + ", read was " + S3Version.named(found));
        }
        if (size != file.bytes()) {
            throw new FileChangedException(file.path(), "it has " + size + " bytes and had " + file.bytes());
        }
        return whole.asByteArrayUnsafe();
    }

    private ResponseBytes<GetObjectResponse> get(SourceFile file, long offset, int length, String ifMatch)
            throws FileChangedException, InterruptedException {
        String key = key(file.path());
        String range = "bytes=" + offset + "-" + (offset + length - 1);
        String action = "read " + file.path();
        try {
            return bucket.get(length, r -> r.key(key).range(range).ifMatch(ifMatch));
        } catch (S3Exception e) {
            if (S3Failures.isMissing(e)) {
                throw new FileChangedException(file.path(), "it is gone");
            }
            if (e.statusCode() == 416) {
                throw new FileChangedException(file.path(), "it is shorter");
            }
            if (S3Failures.isArchived(e)) {
                throw new ArchivedException(S3Failures.of(action, e));
            }
            if (e.statusCode() != 412) {
                throw S3Failures.of(action, e);
            }
        } catch (SdkException e) {
            throw S3Failures.of(action, e);
        }
        if (ifMatch == null) {
            throw new FileChangedException(file.path(), "the store says that it has another ETag");
        }
        // To some stores an ETag that they list as W/"x" is not "x". The reply says what the version is.
        return get(file, offset, length, null);
    }

    @Override
    public Optional<String> disagreement(String key) throws InterruptedException {
        return new ListReadConsistency(this, bucket).disagreement(key);
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) throws InterruptedException {
        try {
            // An answer that was lost makes the SDK try again, and then this call's own object is in its way: a false.
            write(key, body, PutObjectRequest.builder().ifNoneMatch("*"));
            return true;
        } catch (SdkException e) {
            if (e instanceof S3Exception refusal && refusal.statusCode() == 412) {
                return false;
            }
            throw S3Failures.of(writing(key), e);
        }
    }

    @Override
    public void put(String key, byte[] body) throws InterruptedException {
        try {
            write(key, body, PutObjectRequest.builder());
        } catch (SdkException e) {
            throw S3Failures.of(writing(key), e);
        }
    }

    private void write(String key, byte[] body, PutObjectRequest.Builder builder) throws InterruptedException {
        PutObjectRequest request = builder.bucket(bucket.name())
                .key(key)
                .overrideConfiguration(bucket.configuration())
                .build();
        PutObjectResponse reply = bucket.send(s3 -> s3.putObject(request, RequestBody.fromBytes(body)));
        if (reply.eTag() == null) {
            String unknown = "Cannot " + writing(key) + " for certain: the store's answer ";
            if (!BoundedHttpClient.hasLength(reply.sdkHttpResponse())) {
                throw new LittoralException(
                        FailureType.TRANSIENT, unknown + "was cut off, so the object may have been written or not");
            }
            throw LittoralException.strangeReply(
                    unknown + "names no ETag; expected that of the object, as S3 gives it", null);
        }
        bucket.written(body.length);
    }

    private String writing(String key) {
        return "write " + bucket.path(key);
    }

    @Override
    public Optional<byte[]> get(String key, int maxBytes) throws InterruptedException {
        try {
            int most = Math.min(maxBytes, S3Bucket.MAX_OBJECT);
            return Optional.of(bucket.get(-1, most, r -> r.key(key)).asByteArrayUnsafe());
        } catch (SdkException e) {
            if (e.getCause() instanceof LittoralException tooLarge) {
                throw tooLarge;
            }
            if (e instanceof S3Exception refusal && S3Failures.isMissing(refusal)) {
                return Optional.empty();
            }
            throw S3Failures.of("read " + bucket.path(key), e);
        }
    }

    @Override
    public void delete(Collection<String> keys) throws InterruptedException {
        List<ObjectIdentifier> objects = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        for (int from = 0; from < objects.size(); from += BATCH) {
            List<ObjectIdentifier> batch = objects.subList(from, Math.min(from + BATCH, objects.size()));
            String action = "delete objects of " + address(BlobCatalogStore.folder(prefix));
            DeleteObjectsResponse reply = bucket.whole(
                    action,
                    s3 -> s3.deleteObjects(r -> r.bucket(bucket.name())
                            .delete(d -> d.objects(batch))
                            .overrideConfiguration(bucket.configuration())),
                    answer -> namesAll(batch.size(), answer));
            if (!reply.errors().isEmpty()) {
                throw S3Failures.ofCode(action, reply.errors().getFirst().code());
            }
        }
    }

    /** Another whole document, as of a proxy, says nothing of objects either. */
    private static boolean namesAll(int asked, DeleteObjectsResponse reply) {
        int deleted = reply.deleted().size();
        int refused = reply.errors().size();
        if (deleted + refused < asked) {
            throw new UnexpectedReplyException("the store's reply names " + deleted + " objects that were deleted and "
                    + refused + " that were not; expected each of the " + asked + " that it was asked to delete");
        }
        return true;
    }

    /** Nothing to close: the client is the clients'. */
    @Override
    public void close() {}
}
