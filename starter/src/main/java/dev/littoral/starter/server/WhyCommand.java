package dev.littoral.starter.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.Diagnosis;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.Cause;
import dev.littoral.workflows.model.CauseKind;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.FreshnessStatus;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Says why a collection is not kept fresher, and what to do about it. */
@Command(
        name = "why",
        description = "Why a collection is behind, failing, paused or stopped, in one sentence, and the next step.",
        footer = {
            "",
            "Ends with 0 whenever there is an answer, also where something is wrong; --json tells the kinds of causes"
                    + " apart.",
            CollectionCommand.WHERE
        })
public final class WhyCommand extends CollectionCommand {
    /**
     * The answer.
     *
     * @param state the collection's, or how its workflow ended
     * @param freshness null where the workflow has ended
     * @param cause null where nothing is wrong
     * @param summary all of it in one sentence
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Answer(String collectionId, String state, FreshnessStatus freshness, Cause cause, String summary) {
        /** Of a collection that runs. */
        static Answer of(CollectionStatus status) {
            Cause cause = Diagnosis.of(status).orElse(null);
            FreshnessStatus freshness = status.freshness() == null ? FreshnessStatus.UNKNOWN : status.freshness();
            String summary = freshness.behind()
                    ? "BEHIND since " + StatusText.time(freshness.since())
                    : cause == null ? "nothing is wrong" : status.state();
            return new Answer(
                    status.collectionId(),
                    status.state(),
                    freshness,
                    cause,
                    summary + ": " + (cause == null ? wellBeing(status, freshness) : cause.sentence()));
        }

        /** Of a collection that runs no more. */
        static Answer of(String id, CollectionRun run) {
            boolean retired = run.status().equals("completed");
            Cause cause = new Cause(
                    retired ? CauseKind.RETIRED : CauseKind.STOPPED,
                    "the collection " + run.end() + ", and runs no more",
                    retired
                            ? "start a collection of another collectionId"
                            : "littoral start " + id + " starts it again");
            return new Answer(id, retired ? "retired" : run.status(), null, cause, cause.sentence());
        }

        private static String wellBeing(CollectionStatus status, FreshnessStatus freshness) {
            List<String> words = new ArrayList<>();
            String asOf = StatusText.asOf(freshness);
            words.add(asOf.isEmpty() ? "nothing is known to be served yet" : "fresh " + asOf);
            if (status.update() != null) {
                words.add(StatusText.progress(status));
            } else if (status.pending() != null) {
                words.add("update " + status.pending().update() + " is about to begin");
            } else if (status.nextRefresh() != null) {
                words.add("next refresh at " + StatusText.time(status.nextRefresh()));
            } else {
                words.add("its source is listed again only when that is asked for");
            }
            return String.join("; ", words);
        }

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add(collectionId + "  " + Output.path(summary));
            if (cause != null) {
                lines.add("  next      " + Output.path(cause.nextStep()));
            }
            return lines;
        }
    }

    @Override
    ExitCode call(CollectionClient collection) {
        CollectionRun run = collection.existing();
        Answer answer = run.isRunning() ? Answer.of(collection.status()) : Answer.of(collection.id(), run);
        if (json()) {
            Output.json(out(), answer);
        } else {
            answer.lines().forEach(out()::println);
        }
        return ExitCode.OK;
    }
}
