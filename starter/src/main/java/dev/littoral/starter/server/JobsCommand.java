package dev.littoral.starter.server;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.StatusText;
import dev.littoral.workflows.model.Job;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the recent updates of a collection. */
@Command(
        name = "jobs",
        description = "A collection's recent updates and how they ended, newest first.",
        footer = {"", CollectionCommand.WHERE})
public final class JobsCommand extends CollectionCommand {
    @Option(names = "--before", paramLabel = "<update>", description = "Only updates below this number.")
    private Long before;

    @Option(
            names = "--limit",
            paramLabel = "<n>",
            defaultValue = "20",
            description = "The maximum number of updates. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Spec
    private CommandSpec spec;

    @Override
    void check() {
        if (limit < 1 || (before != null && before < 1)) {
            throw new ParameterException(spec.commandLine(), "--limit and --before are whole numbers from 1");
        }
    }

    @Override
    ExitCode call(CollectionClient collection) {
        collection.existing();
        long below = before == null ? Long.MAX_VALUE : before;
        int left = limit;
        while (left > 0 && !out().checkError()) {
            int page = Math.min(left, CollectionClient.MAX_PAGE);
            List<Job> jobs = collection.jobs(below, page);
            for (Job job : jobs) {
                print(job);
                below = Math.min(below, job.update());
            }
            left = jobs.size() < page ? 0 : left - jobs.size();
        }
        return ExitCode.OK;
    }

    private void print(Job job) {
        if (json()) {
            Output.json(out(), job);
            return;
        }
        out().printf(
                        "%-6d %-11s %-23s by %s of %s%s%n",
                        job.update(),
                        job.state(),
                        StatusText.time(job.ended() == null ? job.requested() : job.ended()),
                        job.trigger(),
                        Output.path(job.source().uri()),
                        job.reason() == null ? "" : ": " + Output.path(job.reason()));
    }
}
