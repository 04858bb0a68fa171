package dev.littoral.activities.steps;

/** The progress of a long step, as it is heartbeated. */
public interface StepProgress {
    /** What is counted: listed, opened or balanced. */
    String step();

    /** Files listed, files opened, or shards balanced so far. */
    long done();
}
