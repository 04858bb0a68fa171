package dev.littoral.activities;

import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;

/**
 * The workflow that asks for an activity, as Temporal names it.
 *
 * @param workflowId its ID, which no other running workflow of the namespace has
 * @param workflowType its type
 * @param attempt which try of the activity this is, from 1
 */
public record Caller(String workflowId, String workflowType, int attempt) {

    /** The one that asked for the activity which this thread runs. */
    static Caller now() {
        ActivityInfo info = Activity.getExecutionContext().getInfo();
        return new Caller(info.getWorkflowId(), info.getWorkflowType(), info.getAttempt());
    }
}
