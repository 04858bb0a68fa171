package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a look at the consumers of a collection has found.
 *
 * @param version the newest version then, or 0
 * @param snapshot the key of the root that it serves, or null
 * @param consumers by name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConsumersSeen(long version, String snapshot, List<ConsumerStatus> consumers) {
    /** A collection without consumers. */
    public static final ConsumersSeen NONE = new ConsumersSeen(0, null, List.of());
}
