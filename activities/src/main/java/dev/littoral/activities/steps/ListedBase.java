package dev.littoral.activities.steps;

import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.ListRequest;
import dev.littoral.workflows.model.ListingOutcome;
import dev.littoral.workflows.model.TableSpec;
import dev.littoral.workflows.model.TableVersion;
import dev.littoral.workflows.model.Totals;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The version that a listing is compared with, and what of it has to be read anew for other options or another spec.
 *
 * @param head the version
 * @param root its snapshot, if it has one
 * @param request asks for the listing
 */
record ListedBase(Head head, Optional<SnapshotRoot> root, ListRequest request) {
    boolean hasSnapshot() {
        return root.isPresent();
    }

    boolean isRolledBack() {
        return head.kind() == HeadKind.ROLLED_BACK;
    }

    /** The shards of its snapshot; none without one. */
    List<ShardRef> shards() {
        return root.map(SnapshotRoot::shards).orElse(List.of());
    }

    /** Whether files are read anew though they did not change, as the spec asks for other things of them. */
    boolean reopen() {
        return root.isPresent()
                && !request.source().spec().readsAs(root.get().source().spec());
    }

    /** Its targetRowsPerSegment where another one is asked for, else null. */
    Long targetBefore() {
        return root.map(SnapshotRoot::targetRowsPerSegment)
                .filter(target -> target != request.options().targetRowsPerSegment())
                .orElse(null);
    }

    /** Whether every shard is balanced anew, however it lists. */
    boolean touchAll() {
        boolean fewerDead = root.isPresent()
                && root.get().totals().dead() > 0
                && root.get().maxDeadShare() > request.options().maxDeadShare();
        return reopen() || targetBefore() != null || fewerDead;
    }

    /** Which version of the source's table it serves, or null. */
    TableVersion table() {
        return root.filter(of -> of.source().uri().equals(request.source().uri()))
                .map(SnapshotRoot::table)
                .filter(table -> table.format().equals(request.source().spec().format()))
                .orElse(null);
    }

    /** The version of the source's table that it serves, where that was meant in the same words as now; else null. */
    TableVersion tableAsMeant() {
        TableVersion before = table();
        return before != null
                        && request.source().spec() instanceof TableSpec now
                        && root.orElseThrow().source().spec() instanceof TableSpec then
                        && Objects.equals(now.at(), then.at())
                ? before
                : null;
    }

    /** Which version of the same table it serves. */
    Optional<TableVersion> sameTable(TableVersion now) {
        return Optional.ofNullable(table())
                .filter(before -> now != null && before.table().equals(now.table()));
    }

    /** Whether its files are those that are listed now, but for what differs between two versions of the table. */
    boolean isComparable(TableVersion now) {
        return sameTable(now).isPresent()
                && !shards().isEmpty()
                && !touchAll()
                && shards().stream().noneMatch(ShardRef::mayHaveUnread)
                && isSelectedAs(request.source().spec());
    }

    private boolean isSelectedAs(ExternalSpec spec) {
        return spec instanceof TableSpec table
                && table.selectsAs(root.orElseThrow().source().spec());
    }

    /** Whether it serves that version of the table, as far as its files could be read. */
    boolean serves(TableVersion now) {
        return now.isSame(table()) && isSelectedAs(request.source().spec());
    }

    /** Whether it serves that version of the table, whole. */
    boolean isUpToDate(TableVersion now) {
        return serves(now)
                && !isRolledBack()
                && !touchAll()
                && shards().stream().noneMatch(ShardRef::mayHaveUnread);
    }

    /** The outcome of a listing that need not be made. */
    ListingOutcome unchanged(TableVersion table, boolean staged, Map<String, Long> requests, Instant began) {
        return new ListingOutcome(
                null,
                0,
                List.of(),
                staged,
                0,
                0,
                List.of(),
                Totals.NONE,
                Totals.NONE,
                ShardRef.schemas(shards()),
                null,
                requests,
                null,
                began,
                table,
                null);
    }
}
