package dev.littoral.workflows;

import dev.littoral.workflows.model.CleanRequest;
import dev.littoral.workflows.model.DiscardRequest;
import dev.littoral.workflows.model.UpdateInput;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Cleans up after an update: its staging, and snapshot objects that no version can come to name. It cannot change the
 * result.
 */
final class StagingCleaner {
    private final UpdateInput input;

    /** Whether something may be left in staging. */
    private boolean staged;

    /** Folders of snapshot objects that no version can come to name. */
    private final List<String> garbage = new ArrayList<>();

    /** The folder of the round's snapshot objects while no commit was sent. */
    private String uncommitted;

    StagingCleaner(UpdateInput input) {
        this.input = input;
    }

    void staged(boolean something) {
        staged = something;
    }

    /**
     * Objects are written to a folder from here on, or to those of attempts whose names begin with its name; null for
     * none.
     */
    void writing(String folder) {
        uncommitted = folder;
    }

    /** A commit that names the folder is sent: only its answer says whether the folder is garbage. */
    void committing() {
        uncommitted = null;
    }

    /** No version can come to name the folder. */
    void discard(String folder) {
        garbage.add(folder);
        uncommitted = null;
    }

    /** Removes what is left, and returns what that took, see {@link dev.littoral.workflows.model.Traffic#of}. */
    Map<String, Long> removeStaging() {
        if (uncommitted != null) {
            garbage.add(uncommitted);
        }
        if (!staged && garbage.isEmpty()) {
            return Map.of();
        }
        return afterwards(
                () -> CatalogCalls.ordinary("remove staging")
                        .discardStaging(new DiscardRequest(input.collectionId(), input.update(), garbage)),
                "its staging is left for the next update to remove");
    }

    /** Old versions are removed once in a while; returns what that took. */
    Map<String, Long> cleanCatalog() {
        return afterwards(
                () -> CatalogCalls.bulk("remove old versions")
                        .cleanCatalog(new CleanRequest(
                                input.collectionId(),
                                input.options().keepVersionsFor(),
                                input.options().forgetConsumersAfter())),
                "old versions are left for a later update to remove");
    }

    /** Work that a cancel does not stop and whose failure changes nothing. */
    private Map<String, Long> afterwards(Supplier<Map<String, Long>> work, String otherwise) {
        Map<String, Long> counts = new TreeMap<>();
        Workflow.newDetachedCancellationScope(() -> {
                    try {
                        Map<String, Long> took = work.get();
                        counts.putAll(took == null ? Map.of() : took);
                    } catch (ActivityFailure e) {
                        Workflow.getLogger(UpdateExternalCollectionWorkflowImpl.class)
                                .warn("After update {}, {}", input.update(), otherwise, e);
                    }
                })
                .run();
        return counts;
    }
}
