package dev.littoral.activities.listing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.littoral.activities.catalog.ShardRef;
import java.util.List;

/**
 * A shard of the planned snapshot. Its range of paths ends where the next shard's starts.
 *
 * @param from the first path of its range; empty for the first shard
 * @param carried the shard of the base that serves as it is, or null when the shard has to be read
 * @param parts its files, staged, in order; beside {@code carried} they are for the case that it is read all the same
 * @param carriedPrefix a shard of the base whose unchanged files come before {@code parts}, or null; staged plans name
 *     it {@code unlisted}
 * @param base the shards of the base whose files these can be
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlannedShard(
        String from,
        ShardRef carried,
        List<StagedFiles> parts,
        @JsonProperty("unlisted") ShardRef carriedPrefix,
        List<ShardRef> base) {
    @JsonIgnore
    public boolean isTouched() {
        return carried == null;
    }

    /** How many files it has. */
    public long files() {
        if (carried != null) {
            return carried.listed();
        }
        long files = carriedPrefix != null ? carriedPrefix.listed() : 0;
        for (StagedFiles part : parts) {
            files += part.files();
        }
        return files;
    }
}
