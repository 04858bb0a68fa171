package dev.littoral.workflows;

import dev.littoral.workflows.model.ExternalSource;
import java.util.Optional;

/** The policy of a worker: which sources it may read. Replayed code must not ask it, as it differs between workers. */
@FunctionalInterface
public interface SourcePolicy {
    /** Refuses nothing. */
    SourcePolicy NONE = source -> Optional.empty();

    /** Why the source may not be read, in one sentence, or empty. */
    Optional<String> refusal(ExternalSource source);
}
