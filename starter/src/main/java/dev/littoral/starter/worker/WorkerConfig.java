package dev.littoral.starter.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.AllowList.AllowedProfile;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.starter.cli.AllowedSources;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.SettingValue;
import dev.littoral.starter.cli.TableCatalogOptions;
import dev.littoral.worker.WorkerSettings;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.spec.SourceParser;
import io.temporal.common.WorkerDeploymentVersion;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The configuration of a worker. A setting on the command line comes before one in the environment, and that before
 * one in the file. A setting that is not right is refused by the name it was given.
 *
 * @param worker what it serves
 * @param metricsPort where metrics, health and readiness are; 0 for any free port, empty for none
 * @param metricsHost the address or name they are at
 * @param logFormat {@code text} or {@code json}
 */
record WorkerConfig(WorkerSettings worker, OptionalInt metricsPort, String metricsHost, String logFormat) {
    private static final int MAX_CONCURRENCY = 10_000;
    private static final double MAX_PER_SECOND = 1_000_000;
    private static final Duration MAX_DRAIN = Duration.ofDays(1);

    /** What can be set, under one name on the command line, in the environment and in the file. */
    enum Setting {
        CATALOG("<uri or path>", "Where the catalog is: s3://bucket/prefix or a folder."),
        ALLOW_SOURCE(
                "<prefix>", "What sources may start with, as s3://bucket/prefix/ or file:///dir/. Can be given again."),
        ALLOW_PROFILE(
                "<name>",
                "Which AWS profiles sources may name; s3://bucket/prefix/=<name> for sources below a prefix alone."
                        + " Can be given again. Default: none."),
        TABLE_CATALOG(TableCatalogOptions.LABEL, TableCatalogOptions.HELP),
        TABLE_CATALOG_PROPERTY(TableCatalogOptions.PROPERTY_LABEL, TableCatalogOptions.PROPERTY_HELP),
        SINK(
                "<name>=<address>",
                "Where events of collections that notify <name> go: https://host/path, or the ARN of an SNS topic or"
                        + " SQS queue. Can be given again. Default: none."),
        SINK_SECRET(
                "<name>=<place>",
                "Where the secret is that signs for a sink, file:/path or env:NAME. Can be given again."),
        TASK_QUEUE("<name>", "Where collections look for it. Default: littoral."),
        CONCURRENCY("<n>", "How many activities run at once. Default: 16."),
        ACTIVITIES_PER_SECOND("<n>", "How many activities start within a second at most. Default: 0, no limit."),
        METRICS_PORT("<port>", "Serve /metrics, /healthz and /readyz there; 0 for any free port. Default: none."),
        METRICS_HOST("<host>", "At which address of this machine. Default: 127.0.0.1."),
        DRAIN("<duration>", "How long running activities may go on when it is asked to stop. Default: PT20S."),
        LOG_FORMAT("<format>", "text, one line of key=value, or json. Default: text."),
        DEPLOYMENT_NAME(
                "<name>",
                "Of which worker deployment it is a version, for Worker Versioning; with --build-id. Default: none."),
        BUILD_ID("<id>", "Which version of the worker deployment it is.");

        private final String label;
        private final String help;

        Setting(String label, String help) {
            this.label = label;
            this.help = help;
        }

        /** Its name on the command line, after two dashes, and in the file. */
        String option() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Its name in the environment. */
        String variable() {
            return switch (this) {
                // As Temporal's own tools name them, the Worker Controller among them.
                case DEPLOYMENT_NAME -> "TEMPORAL_DEPLOYMENT_NAME";
                case BUILD_ID -> "TEMPORAL_WORKER_BUILD_ID";
                default -> "LITTORAL_" + name();
            };
        }

        /** Whether its option can be given again; elsewhere it has commas. */
        boolean isList() {
            return switch (this) {
                case ALLOW_SOURCE, ALLOW_PROFILE, TABLE_CATALOG, TABLE_CATALOG_PROPERTY, SINK, SINK_SECRET -> true;
                case CATALOG,
                        TASK_QUEUE,
                        CONCURRENCY,
                        ACTIVITIES_PER_SECOND,
                        METRICS_PORT,
                        METRICS_HOST,
                        DRAIN,
                        LOG_FORMAT,
                        DEPLOYMENT_NAME,
                        BUILD_ID -> false;
            };
        }

        /** What its value is called in the help. */
        String label() {
            return label;
        }

        /** Its help. */
        String description() {
            return help + " Or $$" + variable() + (isList() ? ", with commas." : ".");
        }
    }

    /** What was typed, set in the environment and written in a file. */
    record SettingSources(Map<Setting, String> typed, Map<String, String> environment, Optional<Path> file) {
        private Map<Setting, SettingValue> given() {
            Map<Setting, SettingValue> given = new EnumMap<>(Setting.class);
            file.ifPresent(path -> read(path, given));
            for (Setting key : Setting.values()) {
                String value = environment.get(key.variable());
                if (value != null && !value.isEmpty()) {
                    given.put(key, new SettingValue(key.variable(), value));
                }
            }
            typed.forEach((key, value) -> given.put(key, new SettingValue("--" + key.option(), value)));
            return given;
        }

        private static void read(Path file, Map<Setting, SettingValue> given) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw LittoralException.input("Configuration file " + file + " cannot be read ("
                        + (e instanceof IOException ? e.getClass().getSimpleName() : e.getMessage())
                        + "); expected lines like catalog=s3://bucket/prefix");
            }
            for (String name : properties.stringPropertyNames()) {
                Setting key = Arrays.stream(Setting.values())
                        .filter(each -> each.option().equals(name))
                        .findAny()
                        .orElseThrow(() -> LittoralException.input(
                                Output.path("Configuration file " + file + " has the unknown key " + name)
                                        + "; expected "
                                        + String.join(
                                                ", ",
                                                Arrays.stream(Setting.values())
                                                        .map(Setting::option)
                                                        .toList())));
                given.put(
                        key,
                        new SettingValue(
                                name + " in " + file,
                                properties.getProperty(name).strip()));
            }
        }
    }

    /** Settings, with defaults for what is not set. */
    static WorkerConfig of(SettingSources sources, Defaults defaults) {
        Map<Setting, SettingValue> given = sources.given();
        SettingValue catalog = given.get(Setting.CATALOG);
        if (catalog == null && defaults.catalog() == null) {
            throw LittoralException.input("A worker serves one catalog and none is set; expected --catalog,"
                    + " LITTORAL_CATALOG or catalog in the configuration file");
        }
        if (catalog != null && AllowedSources.hasUserInfo(catalog.value())) {
            throw catalog.silentRefusal("a user or a secret in its address", "s3://bucket/prefix or a folder");
        }
        List<TableCatalogSettings> tables = TableCatalogOptions.catalogs(
                Optional.ofNullable(given.get(Setting.TABLE_CATALOG)),
                Optional.ofNullable(given.get(Setting.TABLE_CATALOG_PROPERTY)));
        return new WorkerConfig(
                new WorkerSettings(
                        catalog == null ? defaults.catalog() : nonBlank(catalog, "s3://bucket/prefix or a folder"),
                        new AllowList(
                                value(
                                        given,
                                        Setting.ALLOW_SOURCE,
                                        AllowedSources::prefixes,
                                        Stream.concat(
                                                        defaults.allowedSources().stream(),
                                                        TableCatalogOptions.prefixes(tables).stream())
                                                .toList()),
                                value(given, Setting.ALLOW_PROFILE, WorkerConfig::profiles, List.of())),
                        value(
                                given,
                                Setting.TASK_QUEUE,
                                queue -> nonBlank(queue, "a name"),
                                ExternalCollectionWorkflow.TASK_QUEUE),
                        value(
                                given,
                                Setting.CONCURRENCY,
                                number -> whole(number, 1, MAX_CONCURRENCY),
                                WorkerSettings.CONCURRENT_ACTIVITIES),
                        value(given, Setting.ACTIVITIES_PER_SECOND, WorkerConfig::perSecond, 0.0),
                        value(given, Setting.DRAIN, WorkerConfig::duration, WorkerSettings.DRAIN),
                        SinkOptions.sinks(
                                value(given, Setting.SINK, SettingValue::each, List.of()),
                                value(given, Setting.SINK_SECRET, SettingValue::each, List.of())),
                        tables,
                        deployment(given.get(Setting.DEPLOYMENT_NAME), given.get(Setting.BUILD_ID))),
                value(given, Setting.METRICS_PORT, port -> OptionalInt.of(whole(port, 0, 65_535)), OptionalInt.empty()),
                value(given, Setting.METRICS_HOST, host -> nonBlank(host, "an address of this machine"), "127.0.0.1"),
                value(given, Setting.LOG_FORMAT, WorkerConfig::logFormat, "text"));
    }

    /**
     * What is where nothing is set.
     *
     * @param catalog null where one has to be set
     */
    record Defaults(String catalog, List<String> allowedSources) {}

    private static <T> T value(
            Map<Setting, SettingValue> given, Setting key, Function<SettingValue, T> reading, T otherwise) {
        SettingValue found = given.get(key);
        return found == null ? otherwise : reading.apply(found);
    }

    private static String nonBlank(SettingValue given, String expected) {
        if (given.value().isBlank()) {
            throw given.refusal(expected);
        }
        return given.value();
    }

    private static int whole(SettingValue given, int least, int most) {
        try {
            int number = Integer.parseInt(given.value());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw given.refusal("a whole number from " + least + " to " + most);
        }
        throw given.refusal("a whole number from " + least + " to " + most);
    }

    private static double perSecond(SettingValue given) {
        String expected = "a number from 0 to 1000000, where 0 is no limit";
        try {
            double number = Double.parseDouble(given.value());
            if (number >= 0 && number <= MAX_PER_SECOND) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw given.refusal(expected);
        }
        throw given.refusal(expected);
    }

    private static Duration duration(SettingValue given) {
        String expected = "a duration like PT20S, up to PT24H";
        try {
            Duration duration = Duration.parse(given.value());
            if (!duration.isNegative() && duration.compareTo(MAX_DRAIN) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            throw given.refusal(expected);
        }
        throw given.refusal(expected);
    }

    /** Both or neither. */
    private static Optional<WorkerDeploymentVersion> deployment(SettingValue name, SettingValue build) {
        if (name == null && build == null) {
            return Optional.empty();
        }
        if (name == null || build == null) {
            throw LittoralException.input((name == null ? build : name).name() + " is set without "
                    + (name == null ? "--deployment-name" : "--build-id")
                    + "; expected both, or neither for a worker without versions");
        }
        String expected = "the name of a worker deployment, without . and :";
        if (!nonBlank(name, expected).matches("[^.:]+")) {
            throw name.refusal(expected);
        }
        return Optional.of(new WorkerDeploymentVersion(name.value(), nonBlank(build, "the name of a build")));
    }

    private static String logFormat(SettingValue given) {
        String format = given.value().toLowerCase(Locale.ROOT);
        if (!format.equals("text") && !format.equals("json")) {
            throw given.refusal("text or json");
        }
        return format;
    }

    private static List<AllowedProfile> profiles(SettingValue given) {
        return given.each().stream().map(WorkerConfig::profile).toList();
    }

    /** A prefix may have an equals sign in it, a profile's name has none. */
    private static AllowedProfile profile(SettingValue given) {
        String expected = "names of AWS profiles, or pairs like s3://bucket/prefix/=name";
        String text = given.value();
        int equals = text.lastIndexOf('=');
        String prefix = AllowedSources.scheme(text.substring(0, Math.max(0, equals)));
        String name = text.substring(equals + 1);
        if (AllowedSources.hasUserInfo(prefix) || AllowedSources.hasUserInfo(name)) {
            throw given.silentRefusal("a user or a secret in an address", expected);
        }
        if (!SourceParser.isProfile(name)
                || name.contains("://")
                || (equals >= 0 && !StorageRegistry.addresses().hasProfiles(prefix))) {
            throw given.refusal(expected);
        }
        return new AllowedProfile(prefix, name);
    }
}
