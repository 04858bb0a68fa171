package dev.littoral.starter.server;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.protobuf.ByteString;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.LineOutput;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.model.FailureType;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the collections of a Temporal service. */
@Command(
        name = "list",
        description = "The collections on a Temporal server: state, source and rows, as far as the server has heard.",
        footer = {"", CollectionCommand.WHERE})
public final class ListCommand implements Callable<Integer> {
    private static final int PAGE = 500;

    @Option(
            names = "--state",
            paramLabel = "<state>",
            description = "Only those in this state: starting, updating, idle, paused or failed;"
                    + " with --all also retired, canceled, terminated or timed out.")
    private String state;

    @Option(names = "--behind", description = "Only those that are BEHIND: they serve an older state than promised.")
    private boolean behind;

    @Option(names = "--all", description = "Also those that run no more.")
    private boolean all;

    @Mixin
    private LineOutput output;

    @Spec
    private CommandSpec command;

    /** Why something could not be read, or null. */
    private String unread;

    /**
     * A collection as the server lists it.
     *
     * @param state in a word; of one that runs no more, how it ended
     * @param behind why it is BEHIND, or null
     * @param source the URI it follows, or null where it has not said so
     * @param rows the rows it serves, or null where it has not said so
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record ListedCollection(
            String collectionId,
            String state,
            String behind,
            String source,
            Long rows,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Instant started,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Instant closed) {}

    @Override
    public Integer call() {
        try (TemporalService server = TemporalService.open()) {
            list(server, command.commandLine().getOut());
            if (unread != null) {
                command.commandLine().getErr().println("littoral: not all is shown: " + unread);
            }
            return ExitCode.OK.code();
        }
    }

    private void list(TemporalService server, PrintWriter out) {
        ListWorkflowExecutionsRequest.Builder request = ListWorkflowExecutionsRequest.newBuilder()
                .setNamespace(server.namespace())
                .setPageSize(PAGE)
                .setQuery("WorkflowType = '" + ExternalCollectionWorkflow.TYPE + "' AND "
                        + (all ? "ExecutionStatus != 'ContinuedAsNew'" : "ExecutionStatus = 'Running'"));
        // Those that run come first, then the newest; so the first run of an ID is the one that counts.
        Set<String> seen = new HashSet<>();
        do {
            ListWorkflowExecutionsResponse page = server.ask(() ->
                    server.client().getWorkflowServiceStubs().blockingStub().listWorkflowExecutions(request.build()));
            for (WorkflowExecutionInfo info : page.getExecutionsList()) {
                if (seen.add(info.getExecution().getWorkflowId())) {
                    print(listed(server, info));
                }
            }
            request.setNextPageToken(page.getNextPageToken());
        } while (!request.getNextPageToken().equals(ByteString.EMPTY) && !out.checkError());
    }

    private ListedCollection listed(TemporalService server, WorkflowExecutionInfo info) {
        boolean runs = info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
        String said = memo(server, info, "state", String.class);
        String state = switch (info.getStatus()) {
            case WORKFLOW_EXECUTION_STATUS_RUNNING -> said == null ? "starting" : said;
            case WORKFLOW_EXECUTION_STATUS_COMPLETED -> "retired";
            default -> CollectionRun.text(info.getStatus());
        };
        return new ListedCollection(
                info.getExecution().getWorkflowId(),
                state,
                runs ? memo(server, info, "behind", String.class) : null,
                memo(server, info, "source", String.class),
                memo(server, info, "rows", Long.class),
                CollectionRun.instant(info.getStartTime()),
                runs ? null : CollectionRun.instant(info.getCloseTime()));
    }

    /** A value of a collection's memo, or null where it is missing or cannot be read. */
    private <T> T memo(TemporalService server, WorkflowExecutionInfo info, String key, Class<T> type) {
        Payload payload = info.getMemo().getFieldsMap().get(key);
        if (payload == null) {
            return null;
        }
        try {
            return server.ask(
                    () -> server.client().getOptions().getDataConverter().fromPayload(payload, type, type));
        } catch (LittoralException e) {
            if (e.type() != FailureType.INPUT) {
                throw e;
            }
            unread = e.getMessage();
            return null;
        }
    }

    private void print(ListedCollection listed) {
        if ((state == null || state.equals(listed.state())) && (!behind || listed.behind() != null)) {
            output.print(listed, ListCommand::text);
        }
    }

    private static String text(ListedCollection listed) {
        return "%-30s %-10s %14s rows  %s%s"
                .formatted(
                        Output.path(listed.collectionId()),
                        listed.state(),
                        listed.rows() == null ? "?" : Output.count(listed.rows()),
                        listed.behind() == null ? "" : "BEHIND, " + listed.behind() + "  ",
                        listed.source() == null ? "no source" : Output.path(listed.source()));
    }
}
