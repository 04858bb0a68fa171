package dev.littoral.starter.cli;

import dev.littoral.workflows.spec.CollectionId;
import picocli.CommandLine.Parameters;

/** The parameter that names a collection. */
public final class CollectionParameter {
    @Parameters(index = "0", paramLabel = "<collectionId>", description = "The collection.")
    private String collectionId;

    /** Its name, checked. */
    public String id() {
        return CollectionId.check(collectionId);
    }
}
