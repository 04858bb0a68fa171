package dev.littoral.starter.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.LineOutput;
import dev.littoral.worker.SearchAttributeWatch;
import dev.littoral.workflows.CollectionAttributes;
import dev.littoral.workflows.model.FailureType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Registers the search attributes of collections in a namespace. */
@Command(
        name = "setup",
        description = "Registers the search attributes of collections in the namespace, where it may."
                + " Nothing needs them; with them lists of workflows are filtered by state, source and cause.",
        footer = {"", CollectionCommand.WHERE})
public final class SetupCommand implements Callable<Integer> {
    private static final String KEYWORD = SearchAttributeWatch.word(CollectionAttributes.TYPE);

    @Mixin
    private LineOutput output;

    /** What became of an attribute. */
    private enum Outcome {
        /** It was missing, and is registered now. */
        REGISTERED,
        /** It was registered before. */
        PRESENT,
        /** It would show what the namespace's codec hides. */
        LEFT_OUT,
        /** It is registered as another type. */
        WRONG_TYPE
    }

    /**
     * A line of the answer.
     *
     * @param type as what it is registered, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Line(String attribute, Outcome outcome, String type) {
        String text() {
            return "%-16s %s"
                    .formatted(
                            attribute,
                            switch (outcome) {
                                case REGISTERED -> "is registered now, as " + type;
                                case PRESENT -> "was registered already, as " + type;
                                case LEFT_OUT ->
                                    "is left out: payloads go through a codec, and it would show what they hide";
                                case WRONG_TYPE ->
                                    "is registered as " + type + " and is not set; expected " + KEYWORD
                                            + ": remove it, and run this again";
                            });
        }
    }

    @Override
    public Integer call() {
        try (TemporalService server = TemporalService.open()) {
            Map<String, Line> lines = new TreeMap<>();
            Map<String, IndexedValueType> missing = new TreeMap<>();
            Map<String, IndexedValueType> registered = ask(server, server::searchAttributes);
            for (String name : CollectionAttributes.NAMES) {
                IndexedValueType type = registered.get(name);
                boolean allowed = server.attributes().allowed().contains(name);
                Outcome outcome = !allowed
                        ? Outcome.LEFT_OUT
                        : type == null
                                ? Outcome.REGISTERED
                                : type == CollectionAttributes.TYPE ? Outcome.PRESENT : Outcome.WRONG_TYPE;
                if (outcome == Outcome.REGISTERED) {
                    missing.put(name, CollectionAttributes.TYPE);
                }
                lines.put(
                        name,
                        new Line(
                                name,
                                outcome,
                                outcome == Outcome.LEFT_OUT
                                        ? null
                                        : SearchAttributeWatch.word(type == null ? CollectionAttributes.TYPE : type)));
            }
            if (!missing.isEmpty()) {
                ask(server, () -> {
                    server.addSearchAttributes(missing);
                    return missing;
                });
            }
            lines.values().forEach(line -> output.print(line, Line::text));
            boolean wrong = lines.values().stream().anyMatch(line -> line.outcome() == Outcome.WRONG_TYPE);
            return (wrong ? ExitCode.INPUT : ExitCode.OK).code();
        }
    }

    /** Asks the service's operator; what it denies is said with how somebody else does it. */
    private static <T> T ask(TemporalService server, Supplier<T> question) {
        try {
            return question.get();
        } catch (StatusRuntimeException e) {
            Status.Code code = e.getStatus().getCode();
            if (code == Status.Code.PERMISSION_DENIED || code == Status.Code.UNIMPLEMENTED) {
                throw new LittoralException(
                        code == Status.Code.UNIMPLEMENTED ? FailureType.INPUT : FailureType.ACCESS,
                        "Temporal at " + server.place()
                                + " lets nobody register search attributes from here; expected its operator to do so: "
                                + CollectionAttributes.NAMES.stream()
                                        .map(name -> "--name " + name + " --type " + KEYWORD)
                                        .collect(Collectors.joining(
                                                " ", "temporal operator search-attribute create ", "")),
                        e);
            }
            throw server.failures().of(e);
        }
    }
}
