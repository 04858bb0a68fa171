package dev.littoral.activities.source;

import dev.littoral.activities.LittoralException;
import dev.littoral.activities.s3.RequestCounter;
import dev.littoral.activities.s3.S3Bucket;
import dev.littoral.activities.s3.S3Failures;
import dev.littoral.activities.s3.S3Uri;
import dev.littoral.workflows.model.FailureType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Files below a prefix of an S3 bucket, or one object.
 *
 * <p>An address that ends in {@code /}, or has no key, is a folder: every key that starts with it. Another one is the object
 * of exactly that key if there is one, else the folder of that name; finding out costs one more LIST in each listing. One
 * object is served whatever its name is; the filter is for folders. A file's version is its ETag, else its size and time.
 *
 * <p>A source where nothing is, not even a directory marker, is an INPUT failure, unless it may be empty: then it lists
 * nothing.
 */
public final class S3Source implements FileSource {
    /** Bounds the requests of {@link #cuts}. */
    private static final int MAX_CUT_REQUESTS = 10;

    private static final String ETAG = "etag:";
    /** Where a reply that cannot say a key puts a sign of its own. */
    private static final char UNREADABLE = '\uFFFD';

    private final S3Bucket bucket;
    private final String prefix;
    private final PathFilter filter;
    private final boolean allowEmpty;

    /**
     * Opens a source; nothing is read yet.
     *
     * @param client stays the caller's; built by {@link dev.littoral.activities.s3.S3Clients}
     * @param filter gets paths below the folder
     * @param allowEmpty whether a source of which nothing exists lists nothing, rather than fail
     */
    public S3Source(S3Client client, S3Uri uri, PathFilter filter, RequestCounter counter, boolean allowEmpty) {
        this.bucket = new S3Bucket(client, uri.bucket(), counter);
        this.prefix = uri.key();
        this.filter = filter;
        this.allowEmpty = allowEmpty;
    }

    @Override
    public String list(PathRange range, Visitor visitor) throws InterruptedException, OutOfOrderException {
        Optional<SourceFile> object = object();
        if (object.isPresent()) {
            return listObject(object.get(), range, visitor);
        }
        String after = before(range.from());
        String previous = null;
        String token = null;
        ListObjectsV2Response page;
        do {
            page = page(after, token);
            for (S3Object o : page.contents()) {
                String path = bucket.path(o.key());
                if (previous != null && Paths.compare(previous, path) >= 0) {
                    throw new OutOfOrderException(previous, path);
                }
                previous = path;
                if (range.to() != null && Paths.compare(path, range.to()) >= 0) {
                    return path;
                }
                if (range.contains(path)) {
                    visit(o, isExact(page), visitor);
                }
            }
            token = page.nextContinuationToken();
        } while (page.isTruncated());
        if (previous == null && after == null) {
            nothingFound();
        }
        return null;
    }

    @Override
    public void listSorted(Visitor visitor) throws InterruptedException {
        Optional<SourceFile> object = object();
        if (object.isPresent()) {
            listObject(object.get(), PathRange.ALL, visitor);
            return;
        }
        try (PathSorter sorter = new PathSorter()) {
            Visitor sorting = new Visitor() {
                @Override
                public void file(SourceFile file) {
                    sorter.add(file);
                }

                @Override
                public void skipped(String path, SkipReason reason) throws InterruptedException {
                    visitor.skipped(path, reason);
                }
            };
            boolean empty = true;
            String token = null;
            ListObjectsV2Response page;
            do {
                page = page(null, token);
                for (S3Object o : page.contents()) {
                    empty = false;
                    visit(o, isExact(page), sorting);
                }
                token = page.nextContinuationToken();
            } while (page.isTruncated());
            if (empty) {
                nothingFound();
            }
            sorter.drainTo(visitor);
        }
    }

    /** Folders that divide the source, level by level until there are enough. At most ten requests. */
    @Override
    public List<String> cuts(int wanted) throws InterruptedException {
        if (object().isPresent()) {
            return List.of();
        }
        List<String> level = List.of(folder());
        int left = MAX_CUT_REQUESTS;
        while (level.size() <= wanted && level.size() <= left) {
            List<String> next = new ArrayList<>();
            int waiting = level.size();
            for (String parent : level) {
                waiting--;
                int before = next.size();
                String token = null;
                do {
                    String continuation = token;
                    ListObjectsV2Response page =
                            bucket.page(r -> r.prefix(parent).delimiter("/").continuationToken(continuation));
                    left--;
                    page.commonPrefixes().stream().map(CommonPrefix::prefix).forEach(next::add);
                    token = page.nextContinuationToken();
                } while (token != null && left > waiting);
                if (next.size() == before) {
                    next.add(parent);
                }
            }
            if (next.equals(level)) {
                break;
            }
            level = next;
        }
        for (int i = 1; i < level.size(); i++) {
            if (Paths.compare(level.get(i - 1), level.get(i)) >= 0) {
                // A store that lists in an order of its own is listed whole.
                return List.of();
            }
        }
        // Each folder but the first is a cut; when there are too many, some of them, evenly.
        int cuts = Math.min(wanted, level.size() - 1);
        List<String> result = new ArrayList<>(cuts);
        for (int i = 1; i <= cuts; i++) {
            result.add(bucket.path(level.get((int) ((long) i * level.size() / (cuts + 1)))));
        }
        return result;
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        if (length == 0) {
            return new byte[0];
        }
        String key = file.path().substring(bucket.path("").length());
        String action = "read " + file.path();
        boolean hasEtag = file.version().startsWith(ETAG);
        GetObjectResponse reply;
        byte[] body;
        try {
            ResponseBytes<GetObjectResponse> whole = bucket.get(
                    length,
                    r -> r.key(key)
                            .range("bytes=" + offset + "-" + (offset + length - 1))
                            .ifMatch(hasEtag ? '"' + file.version().substring(ETAG.length()) + '"' : null));
            reply = whole.response();
            body = whole.asByteArrayUnsafe();
        } catch (S3Exception e) {
            if (S3Failures.isMissing(e)) {
                throw new FileChangedException(file.path(), "it is gone");
            }
            if (e.statusCode() == 412) {
                throw new FileChangedException(file.path(), "it has another ETag");
            }
            if (e.statusCode() == 416) {
                throw new FileChangedException(file.path(), "it is shorter");
            }
            throw S3Failures.of(action, e);
        } catch (SdkException e) {
            throw S3Failures.of(action, e);
        }
        if (hasEtag && reply.eTag() == null) {
            throw new LittoralException(
                    FailureType.TRANSIENT,
                    "Cannot " + action + ": the store's answer names no ETag, but its listing did");
        }
        // Not every store heeds If-Match.
        String found = version(hasEtag ? reply.eTag() : null, size(reply), reply.lastModified());
        if (!found.equals(file.version())) {
            throw new FileChangedException(file.path(), "listed was " + file.version() + ", read was " + found);
        }
        return body;
    }

    /** Nothing to close: the client is the caller's. */
    @Override
    public void close() {}

    private String folder() {
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }

    /**
     * The one object that the address means, if it means one and it is there. Of all keys that start with its key that one
     * comes first; and a listing says in words what is wrong, which a HEAD cannot.
     */
    private Optional<SourceFile> object() throws InterruptedException {
        if (prefix.equals(folder())) {
            return Optional.empty();
        }
        return bucket.page(r -> r.prefix(prefix).maxKeys(1)).contents().stream()
                .filter(o -> o.key().equals(prefix))
                .map(this::file)
                .findFirst();
    }

    private SourceFile file(S3Object o) {
        return new SourceFile(bucket.path(o.key()), version(o.eTag(), o.size(), o.lastModified()), o.size());
    }

    private String listObject(SourceFile file, PathRange range, Visitor visitor) throws InterruptedException {
        if (range.contains(file.path())) {
            if (file.bytes() == 0) {
                visitor.skipped(file.path(), SkipReason.ZERO_BYTES);
            } else {
                visitor.file(file);
            }
            return null;
        }
        return range.to() != null && Paths.compare(file.path(), range.to()) >= 0 ? file.path() : null;
    }

    private ListObjectsV2Response page(String after, String token) throws InterruptedException {
        return bucket.page(r -> r.prefix(folder()).startAfter(after).continuationToken(token));
    }

    /**
     * A key that comes before every key of a range: stores start after a key, a range with it. Null when that is before the
     * folder.
     */
    private String before(String from) {
        String first = bucket.path(folder());
        if (from == null || !from.startsWith(first) || from.equals(first)) {
            return null;
        }
        String shorter = from.substring(0, from.offsetByCodePoints(from.length(), -1));
        return shorter.equals(first) ? null : shorter.substring(bucket.path("").length());
    }

    private void visit(S3Object o, boolean exact, Visitor visitor) throws InterruptedException {
        String path = bucket.path(o.key());
        Optional<SkipReason> reason = skip(o, exact);
        if (reason.isPresent()) {
            visitor.skipped(path, reason.get());
        } else {
            visitor.file(file(o));
        }
    }

    private Optional<SkipReason> skip(S3Object o, boolean exact) {
        if (o.key().endsWith("/")) {
            return Optional.of(SkipReason.DIRECTORY_MARKER);
        }
        if (!exact && o.key().indexOf(UNREADABLE) >= 0) {
            return Optional.of(SkipReason.UNREADABLE_NAME);
        }
        Optional<SkipReason> byName = filter.skip(o.key().substring(folder().length()));
        return byName.isEmpty() && o.size() == 0 ? Optional.of(SkipReason.ZERO_BYTES) : byName;
    }

    /** Whether keys are sent in a way that every one of them survives. */
    private static boolean isExact(ListObjectsV2Response page) {
        return page.encodingType() == EncodingType.URL;
    }

    private void nothingFound() {
        if (!allowEmpty) {
            throw LittoralException.input("Nothing found at " + bucket.path(prefix) + ": no object's key starts with '"
                    + folder() + "'; check the address, or set allowEmpty if it may be empty");
        }
    }

    private static String version(String etag, long bytes, Instant modified) {
        // Whole seconds: a listing tells parts of them, a read does not.
        return etag == null ? "size:" + bytes + ";mtime:" + modified.getEpochSecond() : ETAG + etag.replace("\"", "");
    }

    /** The size of the whole object, of which the reply is a part. */
    private static long size(GetObjectResponse reply) {
        String range = reply.contentRange();
        return range == null ? reply.contentLength() : Long.parseLong(range.substring(range.lastIndexOf('/') + 1));
    }
}
