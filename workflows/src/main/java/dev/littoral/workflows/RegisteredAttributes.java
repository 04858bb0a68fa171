package dev.littoral.workflows;

import java.util.Set;

/** The search attributes of collections that can be set in the namespace, as a worker knows them now. */
@FunctionalInterface
public interface RegisteredAttributes {
    /** None can be set. */
    RegisteredAttributes NONE = Set::of;

    /**
     * Their names, of those of {@link CollectionAttributes}. Asked in workflow tasks, so it must be quick; what it
     * answers becomes part of the history.
     */
    Set<String> names();
}
