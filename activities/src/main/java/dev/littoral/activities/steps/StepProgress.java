package dev.littoral.activities.steps;

/** What a long step heartbeats: how far it is. */
public interface StepProgress {
    /** What is counted: listed, opened or balanced. */
    String step();

    /** Files listed, files opened, or shards balanced so far. */
    long done();
}
