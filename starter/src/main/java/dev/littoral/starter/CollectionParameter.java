package dev.littoral.starter;

import dev.littoral.workflows.spec.CollectionId;
import picocli.CommandLine.Parameters;

/** Which collection a command is about. */
final class CollectionParameter {
    @Parameters(index = "0", paramLabel = "<collectionId>", description = "The collection.")
    private String collectionId;

    /** Its name, checked. */
    String id() {
        return CollectionId.check(collectionId);
    }
}
