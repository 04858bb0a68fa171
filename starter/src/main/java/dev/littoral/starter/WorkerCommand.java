package dev.littoral.starter;

import dev.littoral.worker.WorkerMetrics;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "worker",
        description = "Does the work of collections on a Temporal server, until it is asked to stop.",
        footer = {
            "",
            "The server is the one that TEMPORAL_ADDRESS or a profile of temporal.toml names, else 127.0.0.1:7233.",
            "Credentials for S3 come from where AWS tools expect them. LITTORAL_LOG sets how much is logged: INFO.",
            "Ctrl-C or SIGTERM lets running activities end; a second one ends at once."
        })
final class WorkerCommand implements Callable<Integer> {
    /** A worker reads no files of its machine unless it is told to. */
    private static final WorkerConfig.Defaults DEFAULTS = new WorkerConfig.Defaults(null, List.of("s3://"));

    @Mixin
    private WorkerOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        WorkerConfig config = options.config(DEFAULTS);
        WorkerRun.log(config.logFormat());
        StopSignal stop = StopSignal.install(() -> {});
        try (WorkerMetrics metrics = new WorkerMetrics();
                TemporalService server = TemporalService.open(metrics.scope())) {
            new WorkerRun(config, server, metrics, stop, spec.commandLine().getErr()).serve(() -> {}, () -> true);
        }
        return ExitCode.OK.code();
    }
}
