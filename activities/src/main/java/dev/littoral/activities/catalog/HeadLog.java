package dev.littoral.activities.catalog;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.SealedJson;
import dev.littoral.workflows.model.CatalogDamage;
import dev.littoral.workflows.model.CommitOutcome;
import dev.littoral.workflows.model.CommitRequest;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.RollbackRequest;
import dev.littoral.workflows.model.SnapshotRef;
import dev.littoral.workflows.spec.RollbackTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The commit log of one collection: small immutable versions, the newest of which is the head and says what is served.
 * Versions are named so that the newest sorts first, and each ends with the digest of its own text, as nothing else
 * names one. One that does not is refused.
 */
public final class HeadLog {
    private static final int DELETE_BATCH = 1_000;

    /** Keys listed at a time. */
    private static final int KEYS = 1_000;

    /** Of a version, which has a source and a sentence. */
    private static final int MAX_BYTES = 4 << 20;

    /** Versions read at a time where one is looked for. */
    private static final int PAGE = 20;

    private static final ObjectReader HEAD =
            Json.JSON.readerFor(Head.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final CatalogStore store;
    private final String collectionId;

    public HeadLog(CatalogStore store, String collectionId) {
        this.store = store;
        this.collectionId = collectionId;
    }

    /** The newest version, or {@link Head#NONE}. Two requests. */
    public Head newest() throws InterruptedException {
        List<Head> newest = newest(Long.MAX_VALUE, 1);
        return newest.isEmpty() ? Head.NONE : newest.get(0);
    }

    /**
     * Versions below a number, newest first.
     *
     * @param before versions below this one
     * @param limit the most versions, at least 1
     */
    public List<Head> newest(long before, int limit) throws InterruptedException {
        if (before <= 1) {
            return List.of();
        }
        String startAfter = before > CatalogLayout.LAST_VERSION ? null : key(before);
        List<String> keys = store.list(folder(), startAfter, limit);
        List<Head> heads = new ArrayList<>(keys.size());
        for (String key : keys) {
            read(key).ifPresent(heads::add);
        }
        if (heads.isEmpty() && !keys.isEmpty()) {
            throw new LittoralException(
                    FailureType.TRANSIENT,
                    "Catalog " + store.location() + " lists " + keys.get(0) + " but does not have it");
        }
        return heads;
    }

    /**
     * The version that an update committed, or {@link Head#NONE}. Numbers of updates never go back, so older versions
     * are not read.
     */
    public Head commitOf(long update) throws InterruptedException {
        List<Head> page;
        long before = Long.MAX_VALUE;
        do {
            page = newest(before, PAGE);
            for (Head head : page) {
                if (head.update() < update) {
                    return Head.NONE;
                }
                if (head.update() == update && head.kind() == HeadKind.COMMITTED) {
                    return head;
                }
                before = head.version();
            }
        } while (page.size() == PAGE);
        return Head.NONE;
    }

    /** One version, or empty when it is not there. */
    public Optional<Head> at(long version) throws InterruptedException {
        return read(key(version));
    }

    /** Whether a version was in the log and was cleaned away: newer ones may still serve what is in its folder. */
    public boolean hasExpired(long version) throws InterruptedException {
        return newest().version() >= version && at(version).isEmpty();
    }

    /**
     * The version that a request names as its base, as the log has it, whatever the request says of it. Empty where it
     * has expired, and where none is named and the first version has: its place must not be taken again.
     *
     * @throws LittoralException INPUT when no version of the log is named
     */
    public Optional<Head> resolve(Head base) throws InterruptedException {
        if (!base.exists()) {
            return newest().version() > 1 && at(1).isEmpty() ? Optional.empty() : Optional.of(Head.NONE);
        }
        Optional<Head> there = at(base.version());
        if (there.isEmpty() && newest().version() > base.version()) {
            return there;
        }
        if (there.isEmpty() || !there.get().commitId().equals(base.commitId())) {
            throw LittoralException.input("Catalog " + store.location() + " has no version " + base.version()
                    + " of the commitId that the request names in " + folder()
                    + "; expected a base that the log has");
        }
        return there;
    }

    /**
     * The failure to throw for a version that is not in the log, which names those that are. Requests a listing.
     *
     * @param orNothing whether 0, for nothing, would have been taken too
     */
    LittoralException absent(long version, Head newest, boolean orNothing) throws InterruptedException {
        long oldest = oldest();
        String nothing = orNothing && version < 0 ? "0 for nothing, or " : "";
        return LittoralException.input(
                version > 0 && version < oldest
                        ? "Version " + version + " was cleaned away; expected one of " + oldest + " to "
                                + newest.version() + ", those that are kept"
                        : "Version " + version + " is not in the catalog; expected " + nothing + "one of " + oldest
                                + " to " + newest.version());
    }

    /** The number of the oldest version that is kept, or 0. A request for each thousand versions. */
    public long oldest() throws InterruptedException {
        long oldest = 0;
        List<String> keys = List.of();
        do {
            keys = store.list(folder(), keys.isEmpty() ? null : keys.getLast(), KEYS);
            for (String key : keys) {
                oldest = CatalogLayout.versionOfHead(key.substring(folder().length()))
                        .orElse(oldest);
            }
        } while (keys.size() == KEYS);
        return oldest;
    }

    /** The outcome of a commit: empty while its version does not exist. */
    public Optional<CommitOutcome> outcome(CommitRequest commit) throws InterruptedException {
        Head base = commit.base();
        return outcome(
                base.version() + 1,
                new Write(
                        commit.commitId(),
                        HeadKind.COMMITTED,
                        base.generation(),
                        commit.update(),
                        commit.source(),
                        null));
    }

    /** The outcome of a rollback: empty while its version does not exist. */
    public Optional<CommitOutcome> outcome(Head base, RollbackRequest rollback) throws InterruptedException {
        return outcome(
                base.version() + 1,
                new Write(
                        rollback.commitId(),
                        HeadKind.ROLLED_BACK,
                        base.generation(),
                        rollback.update(),
                        base.source(),
                        new RollbackTarget(rollback.version(), rollback.reason()).sentence()));
    }

    private Optional<CommitOutcome> outcome(long version, Write write) throws InterruptedException {
        Optional<Head> there = at(version);
        if (there.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                Write.of(there.get()).equals(write)
                        ? new CommitOutcome.Created(there.get())
                        : new CommitOutcome.Moved(newest()));
    }

    /**
     * Creates exactly the version after {@code base}, by a conditional write. Idempotent by the commitId: whether an
     * earlier attempt succeeded is settled by reading that version back. It never moves to a newer base by itself.
     *
     * @param next the version after base, with a commitId that no other write has
     */
    public CommitOutcome create(Head base, Head next) throws InterruptedException {
        if (next.version() != base.version() + 1) {
            throw new IllegalArgumentException(
                    "Version " + next.version() + " does not follow its base " + base.version());
        }
        LittoralException unknown = null;
        try {
            if (store.createIfAbsent(key(next.version()), bytes(next))) {
                return new CommitOutcome.Created(next);
            }
        } catch (LittoralException e) {
            if (e.type() != FailureType.TRANSIENT) {
                throw e;
            }
            unknown = e;
        }
        Optional<CommitOutcome> outcome = outcome(next.version(), Write.of(next));
        if (outcome.isEmpty()) {
            throw unknown != null
                    ? unknown
                    : new LittoralException(
                            FailureType.TRANSIENT,
                            "Catalog " + store.location() + " says that " + key(next.version())
                                    + " exists but does not have it");
        }
        return outcome.get();
    }

    /**
     * What a write and its earlier attempts have in common. The commitId alone does not tell: a workflow task that runs
     * again after a write can decide otherwise with the same one.
     *
     * @param rollback what a rollback's version says of itself, which names the older version; else null
     */
    private record Write(
            String commitId, HeadKind kind, long generation, long update, ExternalSource source, String rollback) {
        static Write of(Head head) {
            return new Write(
                    head.commitId(),
                    head.kind(),
                    head.generation(),
                    head.update(),
                    head.source(),
                    head.kind() == HeadKind.ROLLED_BACK ? head.reason() : null);
        }
    }

    /** Deletes versions, in the order given. */
    public void delete(List<Long> versions) throws InterruptedException {
        for (int from = 0; from < versions.size(); from += DELETE_BATCH) {
            store.delete(versions.subList(from, Math.min(versions.size(), from + DELETE_BATCH)).stream()
                    .map(this::key)
                    .toList());
        }
    }

    private Optional<Head> read(String key) throws InterruptedException {
        Optional<byte[]> bytes = store.get(key, MAX_BYTES);
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        byte[] json;
        try {
            json = SealedJson.unseal(bytes.get());
        } catch (IOException e) {
            throw damaged(key, e.getMessage(), null);
        }
        try {
            Head head = HEAD.readValue(json);
            if (isWhole(head) && key(head.version()).equals(key)) {
                return Optional.of(head);
            }
        } catch (IOException e) {
            throw damaged(key, "it is no head version; expected what was written", e);
        }
        throw damaged(key, "it is no head version of this name; expected what was written", null);
    }

    private static boolean isWhole(Head head) {
        return head != null
                && head.commitId() != null
                && head.kind() != null
                && head.time() != null
                && head.source() != null
                && head.source().uri() != null
                && head.source().spec() != null
                && (head.snapshot() != null || head.kind() != HeadKind.COMMITTED)
                && (head.snapshot() == null || isWhole(head.snapshot()));
    }

    private static boolean isWhole(SnapshotRef snapshot) {
        return snapshot.key() != null && snapshot.sha256() != null && snapshot.totals() != null;
    }

    private LittoralException damaged(String key, String how, IOException cause) {
        return new LittoralException(FailureType.INPUT, CatalogDamage.of(store.address(key), how), cause);
    }

    private String folder() {
        return CatalogLayout.key(collectionId, CatalogLayout.HEADS);
    }

    private String key(long version) {
        return CatalogLayout.key(collectionId, CatalogLayout.head(version));
    }

    private static byte[] bytes(Head head) {
        try {
            return SealedJson.seal(Json.JSON.writeValueAsBytes(head));
        } catch (IOException e) {
            throw new IllegalStateException("A head version is always JSON", e);
        }
    }
}
