package dev.littoral.workflows;

import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.spec.SecretScanner;
import io.temporal.common.converter.EncodedValues;
import io.temporal.workflow.DynamicQueryHandler;
import io.temporal.workflow.DynamicSignalHandler;
import io.temporal.workflow.DynamicUpdateHandler;
import io.temporal.workflow.Workflow;
import java.util.function.Consumer;

/** Dynamic handlers for signals, updates and queries of unknown names: each is rejected in one sentence. */
final class UnknownMessages {
    private UnknownMessages() {}

    /**
     * Registers the handlers.
     *
     * @param inbox gets a rejection for each unknown signal, which the SDK would keep for a handler that never comes
     */
    static void register(Consumer<Message> inbox) {
        Workflow.registerListener(new Signals(inbox));
        Workflow.registerListener(new Updates());
        Workflow.registerListener(new Queries());
    }

    private record Signals(Consumer<Message> inbox) implements DynamicSignalHandler {
        @Override
        public void handle(String name, EncodedValues arguments) {
            inbox.accept(new Message.Rejected(
                    SecretScanner.name(name),
                    "there is no such signal; expected " + MessageNames.oneOf(MessageNames.SIGNALS)));
        }

        @Override
        public String getDescription() {
            return "Any other signal is recorded as rejected";
        }
    }

    /** The SDK would refuse an unknown update with its stack. */
    private record Updates() implements DynamicUpdateHandler {
        @Override
        public void handleValidate(String name, EncodedValues arguments) {
            handleExecute(name, arguments);
        }

        /** Reached through the validator only, as none is valid. */
        @Override
        public Object handleExecute(String name, EncodedValues arguments) {
            throw FailureReason.input("there is no update " + SecretScanner.quotedName(name) + "; expected "
                            + MessageNames.oneOf(MessageNames.UPDATES))
                    .thrown();
        }

        @Override
        public String getDescription() {
            return "Any other update is refused";
        }
    }

    /** The SDK would refuse an unknown query with its stack. */
    private record Queries() implements DynamicQueryHandler {
        @Override
        public Object handle(String name, EncodedValues arguments) {
            throw new InvalidRequestException("there is no query " + SecretScanner.quotedName(name) + "; expected "
                    + MessageNames.oneOf(MessageNames.QUERIES));
        }

        @Override
        public String getDescription() {
            return "Any other query is refused";
        }
    }
}
