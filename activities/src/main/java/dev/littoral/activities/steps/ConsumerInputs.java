package dev.littoral.activities.steps;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.LeaseRequest;
import dev.littoral.workflows.spec.AcknowledgeParser;
import dev.littoral.workflows.spec.ConsumerOptions;
import dev.littoral.workflows.spec.LeaseParser;
import dev.littoral.workflows.spec.OptionsParser;

/** Validates the input of activities about consumers, as {@link StepInputs} does that of the others. */
final class ConsumerInputs {
    private final StepInputs inputs;

    ConsumerInputs(StepInputs inputs) {
        this.inputs = inputs;
    }

    void check(ActivityCaller caller, LeaseRequest request) {
        InputChecks.given(request);
        inputs.fromCollection(caller, request.collectionId());
        LeaseParser.check(request);
    }

    void check(ActivityCaller caller, AcknowledgeRequest request) {
        InputChecks.given(request);
        inputs.fromCollection(caller, request.collectionId());
        AcknowledgeParser.check(request);
    }

    void check(ActivityCaller caller, ConsumersRequest request) {
        InputChecks.given(request);
        inputs.fromCollection(caller, request.collectionId());
        ConsumerOptions.check(request.named());
        InputChecks.range("namedAt", request.namedAt(), 0, Long.MAX_VALUE);
        if (request.forgetConsumersAfter() == null) {
            throw LittoralException.input("forgetConsumersAfter is missing; expected that of the collection's options");
        }
        OptionsParser.checkForgetConsumersAfter(request.forgetConsumersAfter());
    }
}
