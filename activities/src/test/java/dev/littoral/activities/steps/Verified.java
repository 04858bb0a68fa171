package dev.littoral.activities.steps;

import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.verify.Finding;
import dev.littoral.activities.verify.Summary;
import dev.littoral.activities.verify.Verifier;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What verifying the collection of a {@link Pipeline} comes to.
 *
 * @param lines each finding as its severity and its sentence
 */
record Verified(List<String> lines, Summary summary) {
    static Verified of(CatalogStore store) throws InterruptedException {
        return of(store, Integer.MAX_VALUE);
    }

    static Verified of(CatalogStore store, int maxSegments) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        Summary summary = new Verifier(store, "c", maxSegments, findings::add).verify();
        return of(findings, summary);
    }

    static Verified withSource(CatalogStore store, UpdateActivitiesImpl.Opener opener) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        Summary summary = new Verifier(store, "c", findings::add).verifyWithSource(source -> {
            try {
                return opener.open(Json.JSON.treeToValue(source, ExternalSource.class), true, StoreObserver.NONE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return of(findings, summary);
    }

    private static Verified of(List<Finding> findings, Summary summary) {
        return new Verified(
                findings.stream()
                        .map(finding -> finding.severity() + " " + finding.sentence())
                        .toList(),
                summary);
    }
}
