package dev.littoral.activities.source;

import dev.littoral.activities.concurrent.ParallelTasks;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.storage.s3.ListObjectsPages;
import dev.littoral.activities.storage.s3.ListPage;
import dev.littoral.activities.storage.s3.RequestCounter;
import dev.littoral.activities.storage.s3.S3Bucket;
import dev.littoral.activities.storage.s3.S3Failures;
import dev.littoral.activities.storage.s3.S3Uri;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

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
    private static final int PARALLEL_READS = 128;

    /** Small requests sent at once by {@link #cuts}. */
    private static final int MAX_PROBES = 16;

    /** Characters that numbers in names go on by. */
    private static final String HEX = "0123456789abcdef";

    /** Characters that names go on by. */
    private static final String NAMES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /** What comes after it in a name is seldom. */
    private static final char LAST_OF_NAMES = '~';

    private static final String ETAG = "etag:";

    private static final String WEAK = "W/";

    /** Where a reply that cannot say a key puts a sign of its own. */
    private static final char UNREADABLE = '\uFFFD';

    private final S3Bucket bucket;
    private final String prefix;
    private final PathFilter filter;
    private final boolean allowEmpty;

    /**
     * Opens a source; nothing is read yet.
     *
     * @param client stays the caller's; built by {@link dev.littoral.activities.storage.s3.S3Clients}
     * @param filter gets paths below the folder
     * @param allowEmpty whether a source of which nothing exists lists nothing, rather than fail
     */
    public S3Source(S3Client client, S3Uri uri, PathFilter filter, RequestCounter counter, boolean allowEmpty) {
        this.bucket = new S3Bucket(client, uri, counter);
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
        ListObjectsPages pages = pages(after);
        while (pages.hasNext()) {
            ListPage page = pages.next();
            for (ListPage.Listed o : page.objects()) {
                String path = bucket.path(o.key());
                if (previous != null && PathOrder.compare(previous, path) >= 0) {
                    throw new OutOfOrderException(previous, path);
                }
                previous = path;
                if (range.to() != null && PathOrder.compare(path, range.to()) >= 0) {
                    return path;
                }
                if (range.contains(path)) {
                    if (!visitor.wants(path)) {
                        return path;
                    }
                    visit(o, page.exact(), visitor);
                }
            }
        }
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
            ListObjectsPages pages = pages(null);
            while (pages.hasNext()) {
                ListPage page = pages.next();
                for (ListPage.Listed o : page.objects()) {
                    empty = false;
                    visit(o, page.exact(), sorting);
                }
            }
            if (empty) {
                nothingFound();
            }
            sorter.drainTo(visitor);
        }
    }

    /**
     * Folders beside those that the last path is in, the outermost first; where these are few, names that go on otherwise
     * than the last one. One request for each folder on the way, then two rounds of small ones, each at once.
     */
    @Override
    public List<String> cuts(String recent, String last, String to, int wanted) throws InterruptedException {
        String key = key(last);
        Predicate<String> isAhead =
                cut -> PathOrder.compare(cut, key) > 0 && (to == null || PathOrder.compare(bucket.path(cut), to) < 0);
        TreeSet<String> cuts = new TreeSet<>(PathOrder.ORDER);
        String parent = folder();
        int end;
        while ((end = key.indexOf('/', parent.length())) >= 0 && cuts.size() < wanted) {
            String child = key.substring(0, end + 1);
            if (to == null || !to.startsWith(bucket.path(child))) {
                String in = parent;
                bucket.page(r -> r.prefix(in).delimiter("/").startAfter(key)).prefixes().stream()
                        .filter(prefix -> isAhead.test(prefix) && !prefix.equals(child))
                        .forEach(cuts::add);
            }
            parent = child;
        }
        if (cuts.size() < wanted && recent.startsWith(bucket.path(parent))) {
            int start = to == null
                    ? 0
                    : common(
                            key,
                            to.substring(Math.min(to.length(), bucket.path("").length())));
            cuts.addAll(namesAhead(key(recent), key, Math.max(parent.length(), start), isAhead, wanted));
        }
        return evenly(List.copyOf(cuts), wanted).stream().map(bucket::path).toList();
    }

    /**
     * Where names of one folder go on otherwise: at the first character where a greater one exists, for several of these. Only
     * characters are looked at that names met of late have in common, and the one after; what lies behind differs from
     * name to name.
     */
    private List<String> namesAhead(String recent, String last, int start, Predicate<String> isAhead, int wanted)
            throws InterruptedException {
        int common = Math.max(start, common(recent, last));
        List<Callable<Optional<String>>> probes = new ArrayList<>();
        for (int at = Math.max(start, common - MAX_PROBES + 1); at <= Math.min(common, last.length() - 1); at++) {
            String stem = last.substring(0, at);
            char greater = last.charAt(at);
            probes.add(() -> nextName(stem, greater).filter(isAhead));
        }
        Optional<String> other = ParallelTasks.run(MAX_PROBES, probes, RuntimeException.class).stream()
                .flatMap(Optional::stream)
                .findFirst();
        if (other.isEmpty()) {
            return List.of();
        }
        String stem = other.get()
                .substring(0, other.get().offsetByCodePoints(other.get().length(), -1));
        char greater = other.get().charAt(stem.length());
        List<Character> characters = (HEX.indexOf(greater) < 0 ? NAMES : HEX)
                .chars()
                .filter(c -> c > greater)
                .mapToObj(c -> (char) c)
                .toList();
        probes.clear();
        for (char c : evenly(characters, Math.min(MAX_PROBES, wanted))) {
            probes.add(() -> nextName(stem, (char) (c - 1)).filter(isAhead));
        }
        List<String> names = new ArrayList<>(List.of(other.get()));
        ParallelTasks.run(MAX_PROBES, probes, RuntimeException.class).forEach(name -> name.ifPresent(names::add));
        return names;
    }

    /** How many characters two texts start with alike. */
    private static int common(String a, String b) {
        int common = 0;
        while (common < Math.min(a.length(), b.length()) && a.charAt(common) == b.charAt(common)) {
            common++;
        }
        return common;
    }

    /** The beginning of a name that a key has: a stem and one character greater than another. */
    private Optional<String> nextName(String stem, char than) throws InterruptedException {
        return bucket
                .page(r ->
                        r.prefix(stem).startAfter(stem + than + LAST_OF_NAMES).maxKeys(1))
                .objects()
                .stream()
                .map(ListPage.Listed::key)
                .filter(key -> key.length() > stem.length() && key.charAt(stem.length()) > than)
                .map(key -> key.substring(0, key.offsetByCodePoints(stem.length(), 1)))
                .findFirst();
    }

    /** At most so many elements, evenly. */
    private static <T> List<T> evenly(List<T> all, int wanted) {
        if (all.size() <= wanted) {
            return all;
        }
        List<T> some = new ArrayList<>(wanted);
        for (int i = 1; i <= wanted; i++) {
            some.add(all.get((int) ((long) i * all.size() / (wanted + 1))));
        }
        return some;
    }

    /** As many as one client may send; how many it does send is the store's answer. */
    @Override
    public ParallelTasks.Threads readers() {
        return ParallelTasks.Threads.virtual(PARALLEL_READS);
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException, InterruptedException {
        if (length == 0) {
            return new byte[0];
        }
        boolean hasEtag = file.version().startsWith(ETAG);
        ResponseBytes<GetObjectResponse> whole =
                get(file, offset, length, hasEtag ? '"' + file.version().substring(ETAG.length()) + '"' : null);
        GetObjectResponse reply = whole.response();
        if (hasEtag && reply.eTag() == null) {
            throw LittoralException.strangeReply(
                    "Cannot read " + file.path()
                            + ": the store's answer names no ETag; expected one, as its listing did",
                    null);
        }
        long size = sizeOf(reply, file);
        // Not every store heeds If-Match.
        String found = version(file, reply, hasEtag, size);
        if (!found.equals(file.version())) {
            throw new FileChangedException(file.path(), "listed was " + file.version() + ", read was " + found);
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

    /** Looks whether listing and reading can name the same version at all: twice in turn, with nothing changed in between. */
    @Override
    public Optional<String> disagreement(String path) throws InterruptedException {
        String key = key(path);
        List<String> listed = new ArrayList<>();
        List<String> read = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Optional<SourceFile> file = bucket.page(r -> r.prefix(key).maxKeys(1)).objects().stream()
                    .filter(o -> o.key().equals(key))
                    .map(this::file)
                    .findFirst();
            if (file.isEmpty() || file.get().bytes() == 0) {
                return Optional.empty();
            }
            try {
                GetObjectResponse reply = get(file.get(), 0, 1, null).response();
                listed.add(file.get().version());
                read.add(version(file.get(), reply, reply.eTag() != null, sizeOf(reply, file.get())));
            } catch (FileChangedException e) {
                return Optional.empty();
            }
        }
        boolean steady =
                listed.getFirst().equals(listed.getLast()) && read.getFirst().equals(read.getLast());
        return steady && !listed.getFirst().equals(read.getFirst())
                ? Optional.of("the store lists " + named(listed.getFirst()) + " for " + path
                        + " and answers reads of it with " + named(read.getFirst())
                        + "; expected the same, by which a version is known")
                : Optional.empty();
    }

    /** A version as the store's headers name it. */
    private static String named(String version) {
        return version.startsWith(ETAG) ? "ETag " + version.substring(ETAG.length()) : version;
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
        return bucket.page(r -> r.prefix(prefix).maxKeys(1)).objects().stream()
                .filter(o -> o.key().equals(prefix))
                .map(this::file)
                .findFirst();
    }

    private SourceFile file(ListPage.Listed o) {
        return new SourceFile(bucket.path(o.key()), version(o.etag(), o.bytes(), o.modified()), o.bytes());
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
        return range.to() != null && PathOrder.compare(file.path(), range.to()) >= 0 ? file.path() : null;
    }

    private ListObjectsPages pages(String after) {
        return bucket.pages(r -> r.prefix(folder()).startAfter(after));
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
        int end = from.offsetByCodePoints(from.length(), -1);
        String shorter = from.substring(0, end);
        char lastCharacter = from.charAt(end);
        if (lastCharacter > ' ' && lastCharacter <= LAST_OF_NAMES) {
            return key(shorter + (char) (lastCharacter - 1) + LAST_OF_NAMES);
        }
        return shorter.equals(first) ? null : key(shorter);
    }

    private String key(String path) {
        return path.substring(bucket.path("").length());
    }

    private void visit(ListPage.Listed o, boolean exact, Visitor visitor) throws InterruptedException {
        String path = bucket.path(o.key());
        filter.refuseTable(bucket.path(prefix), o.key().substring(folder().length()));
        Optional<SkipReason> reason = skip(o, exact);
        if (reason.isPresent()) {
            visitor.skipped(path, reason.get());
        } else {
            visitor.file(file(o));
        }
    }

    private Optional<SkipReason> skip(ListPage.Listed o, boolean exact) {
        if (o.key().endsWith("/")) {
            return Optional.of(SkipReason.DIRECTORY_MARKER);
        }
        if (!exact && o.key().indexOf(UNREADABLE) >= 0) {
            return Optional.of(SkipReason.UNREADABLE_NAME);
        }
        Optional<SkipReason> byName = filter.skip(o.key().substring(folder().length()));
        return byName.isEmpty() && o.bytes() == 0 ? Optional.of(SkipReason.ZERO_BYTES) : byName;
    }

    private void nothingFound() {
        if (!allowEmpty) {
            throw LittoralException.input("Nothing found at " + bucket.path(prefix) + ": no object's key starts with '"
                    + folder() + "'; check the address, or set allowEmpty if it may be empty");
        }
    }

    private static String version(String etag, long bytes, Instant modified) {
        // Whole seconds: a listing tells parts of them, a read does not.
        return etag == null ? "size:" + bytes + ";mtime:" + modified.getEpochSecond() : ETAG + plain(etag);
    }

    /** A weak ETag, {@code W/"x"}, names the same version as {@code "x"}: some stores list the one and answer with the other. */
    private static String plain(String etag) {
        return (etag.startsWith(WEAK) ? etag.substring(WEAK.length()) : etag).replace("\"", "");
    }

    /**
     * The version of the object that a reply is a part of.
     *
     * @param size of the whole object
     */
    private static String version(SourceFile file, GetObjectResponse reply, boolean hasEtag, long size) {
        if (!hasEtag && reply.lastModified() == null) {
            throw LittoralException.strangeReply(
                    "Cannot read " + file.path()
                            + ": the store's answer names neither an ETag nor when it was written; expected what its"
                            + " listing names",
                    null);
        }
        return version(hasEtag ? reply.eTag() : null, size, reply.lastModified());
    }

    /** The size of the whole object that a reply is a part of, which is that of the file where the store does not tell. */
    private static long sizeOf(GetObjectResponse reply, SourceFile file) {
        String range = reply.contentRange();
        if (range == null) {
            return reply.contentLength();
        }
        String total = range.substring(range.indexOf('/') + 1);
        return total.equals("*") ? file.bytes() : Long.parseLong(total);
    }
}
