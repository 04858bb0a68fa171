package dev.littoral.activities.listing;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A staged piece of a listing.
 *
 * @param object the key of the staged object
 * @param first its first path
 * @param files how many files it has, at least 1
 * @param upon the key of the base's shard that the object is the {@link dev.littoral.activities.path.FileListDiff} to, or null
 *     where it has all files
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StagedFiles(String object, String first, int files, String upon) {}
