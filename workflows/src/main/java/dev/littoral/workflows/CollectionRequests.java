package dev.littoral.workflows;

import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.InvalidRequestException;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What the workflows have in common that send requests to collections and wait. */
final class CollectionRequests {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

    /** An answer is to be written to the catalog first; a bit longer than a store that is away is tried. */
    private static final Duration ANSWER = Duration.ofMinutes(6);

    private CollectionRequests() {}

    /** What a request says, or a failure of the workflow in one sentence. */
    static <T> T checked(Supplier<T> parser) {
        try {
            return parser.get();
        } catch (InvalidRequestException e) {
            throw FailureReason.input(e.getMessage()).thrown();
        }
    }

    /**
     * The id of the request that a run sends: the same for every try of it and after a reset, and another one for each
     * run, whatever its workflow ID.
     */
    static String id() {
        return Workflow.getInfo().getOriginalExecutionRunId();
    }

    /** The activities; they are tried as long as the workflow may run. */
    static CollectionRequestActivities calls(String summary) {
        return Workflow.newActivityStub(
                CollectionRequestActivities.class,
                ActivityOptions.newBuilder()
                        .setSummary(summary)
                        .setStartToCloseTimeout(ANSWER)
                        .setRetryOptions(RetryOptions.newBuilder()
                                .setInitialInterval(FIRST_PAUSE)
                                .setMaximumInterval(LAST_PAUSE)
                                .setDoNotRetry(
                                        FailureType.INPUT.name(),
                                        FailureType.ACCESS.name(),
                                        FailureType.INTERNAL.name())
                                .build())
                        .build());
    }

    /**
     * Asks again and again, less and less often, until the answer is the one that is waited for.
     *
     * @param continueAsNew goes on in another run, where the history gets long
     */
    static <T> T await(Supplier<T> question, Predicate<T> isEnough, Runnable continueAsNew) {
        Duration pause = FIRST_PAUSE;
        T answer = question.get();
        while (!isEnough.test(answer)) {
            if (Workflow.getInfo().isContinueAsNewSuggested()) {
                continueAsNew.run();
            }
            Workflow.sleep(pause);
            pause = Policies.shorter(pause.multipliedBy(2), LAST_PAUSE);
            answer = question.get();
        }
        return answer;
    }
}
