package dev.littoral.activities.listing;

import dev.littoral.activities.catalog.JsonLines;
import dev.littoral.workflows.model.SkippedFile;
import dev.littoral.workflows.model.UpdateReport;
import java.util.ArrayList;
import java.util.List;

/**
 * The skip report of a listing: the files it leaves out by name or size. Kept compressed until it is known whether it
 * has to be staged. Safe for use by many threads.
 */
public final class SkippedFiles {
    private final JsonLines.LineWriter<SkippedFile> lines = new JsonLines.LineWriter<>();
    private final List<SkippedFile> first = new ArrayList<>();
    private long count;

    synchronized void add(SkippedFile line) {
        count++;
        lines.add(line);
        if (first.size() < UpdateReport.MAX_SKIPPED) {
            first.add(line);
        }
    }

    /** How many were left out. */
    public synchronized long count() {
        return count;
    }

    /** The first of them. */
    public synchronized List<SkippedFile> first() {
        return List.copyOf(first);
    }

    /** The whole report as a catalog object; to be called once, at the end. */
    public synchronized byte[] finish() {
        return lines.finish();
    }
}
