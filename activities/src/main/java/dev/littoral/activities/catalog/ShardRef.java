package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.workflows.model.Totals;
import java.util.List;
import java.util.stream.Stream;

/**
 * A reference to a shard in a snapshot's root. The shard's range of paths ends where the next one's starts.
 *
 * @param from the first path of its range; empty for the first shard
 * @param key the key of its object, below the collection
 * @param sha256 the hex digest of the object's bytes
 * @param listing the hex digest of its files' paths, versions and sizes, see {@link ListingDigest}
 * @param totals the totals of its files
 * @param schemas the fingerprints of its files' schemas, sorted
 * @param unread how many of its files could not be read, or null where the build that wrote it counted them as bad ones
 * @param deletes the keys of the objects with positions of deleted rows that its lines name, sorted; null for none
 * @param movedIn how many of its rows a table has moved, and are in the segments that they were in before
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShardRef(
        String from,
        String key,
        String sha256,
        String listing,
        Totals totals,
        List<String> schemas,
        Long unread,
        List<String> deletes,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) long movedIn) {
    public ShardRef from(String newFrom) {
        return new ShardRef(newFrom, key, sha256, listing, totals, schemas, unread, deletes, movedIn);
    }

    /** The keys of its objects. */
    Stream<String> objects() {
        return Stream.concat(Stream.of(key), Stream.ofNullable(deletes).flatMap(List::stream));
    }

    /** The same shard with the number of files that could not be read. */
    public ShardRef unread(long files) {
        return new ShardRef(from, key, sha256, listing, totals, schemas, files, deletes, movedIn);
    }

    /** Whether it may have files that could not be read. */
    public boolean mayHaveUnread() {
        return unread == null ? totals.skipped() > 0 : unread > 0;
    }

    /** How many files its listing has, left out or not. */
    public long listed() {
        return totals.files() + totals.skipped();
    }

    /** How many schemas the files of shards have. */
    public static int schemas(List<ShardRef> shards) {
        return (int) shards.stream()
                .flatMap(shard -> shard.schemas().stream())
                .distinct()
                .count();
    }
}
