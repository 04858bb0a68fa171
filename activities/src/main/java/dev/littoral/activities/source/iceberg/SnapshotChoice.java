package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.TableAt;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;

/**
 * Which snapshot of a table is meant by what a spec says. The newest one and that of a branch have the table's newest
 * schema, all others the schema that they were written with.
 */
final class SnapshotChoice {
    private static final int MAX_NAMES = 20;

    private final IcebergMetadata state;

    private SnapshotChoice(IcebergMetadata state) {
        this.state = state;
    }

    /**
     * The version that is meant.
     *
     * @param at null for the newest
     * @throws LittoralException INPUT when there is none
     */
    static TableVersion of(IcebergMetadata state, TableAt at) {
        return new SnapshotChoice(state).of(at);
    }

    private TableVersion of(TableAt at) {
        if (at == null) {
            return version(state.metadata().currentSnapshot(), true);
        } else if (at.branch() != null) {
            return ofBranch(at.branch());
        } else if (at.tag() != null) {
            return version(named("tag", at.tag(), SnapshotRef::isTag), false);
        } else if (at.snapshot() != null) {
            return version(present(at.snapshot(), "snapshot " + at.snapshot()), false);
        } else if (at.timestamp() != null) {
            return version(asOf(at.timestamp()), false);
        }
        throw LittoralException.input("A version of an Iceberg table is named by its number; expected snapshot, tag,"
                + " branch or timestamp");
    }

    private TableVersion ofBranch(String name) {
        if (name.equals(SnapshotRef.MAIN_BRANCH) && state.metadata().currentSnapshot() == null) {
            return version(null, true);
        }
        return version(named("branch", name, SnapshotRef::isBranch), true);
    }

    private Snapshot named(String kind, String name, Predicate<SnapshotRef> isKind) {
        SnapshotRef ref = state.metadata().refs().get(name);
        if (ref == null || !isKind.test(ref)) {
            String there = state.metadata().refs().entrySet().stream()
                    .filter(each -> isKind.test(each.getValue()))
                    .map(Map.Entry::getKey)
                    .sorted()
                    .limit(MAX_NAMES)
                    .collect(Collectors.joining(", "));
            throw missing(kind + " " + name, there.isEmpty() ? "none" : there);
        }
        return present(Long.toString(ref.snapshotId()), kind + " " + name);
    }

    private Snapshot present(String id, String what) {
        Snapshot found = state.find(id);
        if (found == null) {
            throw missing(what, oldest());
        }
        return found;
    }

    /** By the history of the main branch, as all readers of Iceberg take it. */
    private Snapshot asOf(Instant instant) {
        HistoryEntry last = null;
        for (HistoryEntry each : state.metadata().snapshotLog()) {
            if (each.timestampMillis() <= instant.toEpochMilli()) {
                last = each;
            }
        }
        if (last == null) {
            throw missing("version of " + instant, oldest());
        }
        return present(Long.toString(last.snapshotId()), "version of " + instant);
    }

    private String oldest() {
        return state.metadata().snapshots().stream()
                .min(Comparator.comparingLong(Snapshot::timestampMillis))
                .map(oldest -> "those since snapshot " + oldest.snapshotId() + " of "
                        + Instant.ofEpochMilli(oldest.timestampMillis()) + ", the oldest that is left")
                .orElse("no snapshot at all");
    }

    private LittoralException missing(String what, String there) {
        return LittoralException.input("The Iceberg table of " + state.address() + " has no " + what + "; it has "
                + there + ": it was expired or never was, name one that is there");
    }

    private TableVersion version(Snapshot snapshot, boolean newestSchema) {
        Integer schema = newestSchema || snapshot == null || snapshot.schemaId() == null
                ? Integer.valueOf(state.metadata().currentSchemaId())
                : snapshot.schemaId();
        return new TableVersion(
                TableSpec.ICEBERG,
                state.table(),
                snapshot == null ? IcebergMetadata.NO_SNAPSHOT : Long.toString(snapshot.snapshotId()),
                schema.toString(),
                snapshot == null ? null : Instant.ofEpochMilli(snapshot.timestampMillis()),
                state.address(),
                null,
                state.retention());
    }
}
