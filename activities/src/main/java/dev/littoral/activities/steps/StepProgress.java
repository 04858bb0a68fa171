package dev.littoral.activities.steps;

/** The progress of a long step, as it is heartbeated. */
public interface StepProgress {
    /** Files listed, files opened, or shards balanced so far. */
    long done();
}
