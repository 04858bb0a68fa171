package dev.littoral.activities.steps;

import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;

/**
 * The workflow that asks for an activity, as Temporal names it.
 *
 * @param workflowId its ID, which no other running workflow of the namespace has
 * @param workflowType its type
 * @param attempt the attempt of the activity, from 1
 */
public record ActivityCaller(String workflowId, String workflowType, int attempt) {

    /** The caller of the activity that this thread runs. */
    static ActivityCaller now() {
        ActivityInfo info = Activity.getExecutionContext().getInfo();
        return new ActivityCaller(info.getWorkflowId(), info.getWorkflowType(), info.getAttempt());
    }
}
