package dev.littoral.activities.steps;

import dev.littoral.activities.listing.ListingPlan;
import dev.littoral.activities.listing.ListingPlan.Subject;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.PrintableText;
import java.util.Objects;

/**
 * Validates what a step is about against the plan that it names, as {@link StepInputs} does: all steps of a round read,
 * balance and commit what was listed.
 */
final class PlanInputs {
    private PlanInputs() {}

    static void check(Subject asked, ListingPlan plan) {
        Subject listed = plan.subject();
        if (listed == null) {
            // An older build has staged the plan.
            return;
        }
        check("source", asked.source(), listed.source());
        check("targetRowsPerSegment", asked.targetRowsPerSegment(), listed.targetRowsPerSegment());
        check("maxDeadShare", asked.maxDeadShare(), listed.maxDeadShare());
    }

    private static void check(String name, Object asked, Object listed) {
        if (!Objects.equals(asked, listed)) {
            throw InputChecks.refused(PrintableText.sentence(
                    name + " is " + Json.tree(asked) + "; expected " + Json.tree(listed) + ", as the plan has it"));
        }
    }
}
