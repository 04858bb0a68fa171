package dev.littoral.worker;

import dev.littoral.workflows.model.CatalogDamage;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateState;
import java.util.Locale;

/** The class of an update's failure, as metrics tell them apart: who is to mend it. */
enum FailureClass {
    INPUT,
    DAMAGED,
    ACCESS,
    TRANSIENT,
    INTERNAL;

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The class of a job's failure, or null where it has not failed. */
    static FailureClass of(Job job) {
        if (job == null || job.state() != UpdateState.FAILED) {
            return null;
        }
        if (CatalogDamage.caused(job.failure(), job.reason())) {
            return DAMAGED;
        }
        return switch (job.failure()) {
            case INPUT -> INPUT;
            case ACCESS -> ACCESS;
            case TRANSIENT -> TRANSIENT;
            case INTERNAL -> INTERNAL;
            case null -> INTERNAL;
        };
    }
}
