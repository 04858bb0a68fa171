package dev.littoral.activities.listing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A staged part of a listing: files in order, or how they differ from a shard of the base.
 *
 * @param object the key of the staged object
 * @param first its first path
 * @param files how many files it has, at least 1
 * @param baseShard the key of the base's shard that the object is the {@link dev.littoral.activities.path.FileListDiff}
 *     to, or null where it has all files; staged plans and checkpoints name it {@code upon}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StagedFiles(
        String object,
        String first,
        int files,
        @JsonProperty("upon") String baseShard) {}
