package dev.littoral.workflows;

import dev.littoral.workflows.model.ExternalSource;
import java.util.Optional;

/** Which sources a worker may read. Not for workflow code that is replayed: the rules of workers differ, and change. */
@FunctionalInterface
public interface SourcePolicy {
    /** Refuses nothing. */
    SourcePolicy NONE = source -> Optional.empty();

    /** Why the source may not be read, in one sentence, or empty. */
    Optional<String> refusal(ExternalSource source);
}
