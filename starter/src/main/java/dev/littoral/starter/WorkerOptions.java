package dev.littoral.starter;

import dev.littoral.activities.failure.LittoralException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a worker is set on the command line. */
final class WorkerOptions {
    @Option(
            names = "--catalog",
            paramLabel = "<uri or path>",
            description = "Where the catalog is: s3://bucket/prefix or a folder. Or $$LITTORAL_CATALOG.")
    private String catalog;

    @Option(
            names = "--allow-source",
            paramLabel = "<prefix>",
            description = {
                "What sources may start with, as s3://bucket/prefix/ or file:///dir/. Can be given again."
                        + " Or $$LITTORAL_ALLOW_SOURCE, with commas."
            })
    private List<String> allowedSources;

    @Option(
            names = "--allow-profile",
            paramLabel = "<name>",
            description = {
                "Which AWS profiles sources may name; s3://bucket/prefix/=<name> for sources below a prefix alone."
                        + " Can be given again. Default: none. Or $$LITTORAL_ALLOW_PROFILE, with commas."
            })
    private List<String> allowedProfiles;

    @Option(
            names = "--task-queue",
            paramLabel = "<name>",
            description = "Where collections look for it. Default: littoral. Or $$LITTORAL_TASK_QUEUE.")
    private String taskQueue;

    @Option(
            names = "--concurrency",
            paramLabel = "<n>",
            description = "How many activities run at once. Default: 16. Or $$LITTORAL_CONCURRENCY.")
    private String concurrency;

    @Option(
            names = "--activities-per-second",
            paramLabel = "<n>",
            description =
                    "How many activities start within a second at most. Default: 0, no limit. Or $$LITTORAL_ACTIVITIES_PER_SECOND.")
    private String activitiesPerSecond;

    @Option(
            names = "--metrics-port",
            paramLabel = "<port>",
            description =
                    "Serve /metrics, /healthz and /readyz there; 0 for any free port. Default: none. Or $$LITTORAL_METRICS_PORT.")
    private String metricsPort;

    @Option(
            names = "--metrics-host",
            paramLabel = "<host>",
            description = "At which address of this machine. Default: 127.0.0.1. Or $$LITTORAL_METRICS_HOST.")
    private String metricsHost;

    @Option(
            names = "--drain",
            paramLabel = "<duration>",
            description =
                    "How long running activities may go on when it is asked to stop. Default: PT20S. Or $$LITTORAL_DRAIN.")
    private String drain;

    @Option(
            names = "--log-format",
            paramLabel = "<format>",
            description = "text, one line of key=value, or json. Default: text. Or $$LITTORAL_LOG_FORMAT.")
    private String logFormat;

    @Option(
            names = "--config",
            paramLabel = "<file>",
            defaultValue = "${env:LITTORAL_CONFIG}",
            description =
                    "Properties named like these options; the command line and the environment come first. Or $$LITTORAL_CONFIG.")
    private String config;

    /** The settings; nothing else is touched. */
    WorkerConfig config(WorkerConfig.Defaults defaults) {
        Map<WorkerConfig.Setting, String> typed = new EnumMap<>(WorkerConfig.Setting.class);
        put(typed, WorkerConfig.Setting.CATALOG, catalog);
        put(typed, WorkerConfig.Setting.ALLOW_SOURCE, joined(allowedSources));
        put(typed, WorkerConfig.Setting.ALLOW_PROFILE, joined(allowedProfiles));
        put(typed, WorkerConfig.Setting.TASK_QUEUE, taskQueue);
        put(typed, WorkerConfig.Setting.CONCURRENCY, concurrency);
        put(typed, WorkerConfig.Setting.ACTIVITIES_PER_SECOND, activitiesPerSecond);
        put(typed, WorkerConfig.Setting.METRICS_PORT, metricsPort);
        put(typed, WorkerConfig.Setting.METRICS_HOST, metricsHost);
        put(typed, WorkerConfig.Setting.DRAIN, drain);
        put(typed, WorkerConfig.Setting.LOG_FORMAT, logFormat);
        return WorkerConfig.of(new WorkerConfig.Sources(typed, System.getenv(), file()), defaults);
    }

    private static String joined(List<String> values) {
        return values == null ? null : String.join(",", values);
    }

    private static void put(Map<WorkerConfig.Setting, String> typed, WorkerConfig.Setting key, String value) {
        if (value != null) {
            typed.put(key, value);
        }
    }

    private Optional<Path> file() {
        if (config == null || config.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(config));
        } catch (InvalidPathException e) {
            throw LittoralException.input("--config is no path; expected a file of properties");
        }
    }
}
