package dev.littoral.starter.worker;

import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.starter.server.TemporalService;
import dev.littoral.worker.WorkerMetrics;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a worker. */
@Command(
        name = "worker",
        modelTransformer = WorkerSettingOptions.class,
        description = "Does the work of collections on a Temporal server, until it is asked to stop.",
        footer = {
            "",
            "The server is the one that TEMPORAL_ADDRESS or a profile of temporal.toml names, else 127.0.0.1:7233.",
            "Credentials for S3 come from where AWS tools expect them. LITTORAL_LOG sets how much is logged: INFO.",
            "Ctrl-C or SIGTERM lets running activities end; a second one ends at once."
        })
public final class WorkerCommand implements Callable<Integer> {
    /** A worker reads no files of its machine unless it is configured to. */
    private static final WorkerConfig.Defaults DEFAULTS =
            new WorkerConfig.Defaults(null, StorageRegistry.EVERY_REMOTE_SOURCE);

    @Spec
    private CommandSpec spec;

    private final ShutdownSignal shutdown;

    public WorkerCommand(ShutdownSignal shutdown) {
        this.shutdown = shutdown;
    }

    @Override
    public Integer call() throws InterruptedException {
        WorkerConfig config = WorkerSettingOptions.config(spec.commandLine().getParseResult(), DEFAULTS);
        WorkerRun.log(config.logFormat());
        shutdown.drain(() -> {});
        try (WorkerMetrics metrics = new WorkerMetrics();
                TemporalService server = TemporalService.open(metrics.scope())) {
            new WorkerRun(config, server, metrics, shutdown, spec.commandLine().getErr()).serve(() -> {}, () -> true);
        }
        return ExitCode.OK.code();
    }
}
