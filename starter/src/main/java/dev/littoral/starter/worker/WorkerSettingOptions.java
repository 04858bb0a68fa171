package dev.littoral.starter.worker;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.worker.WorkerConfig.Setting;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of a worker: one for each {@link Setting}, and {@code --config} for their file. */
public final class WorkerSettingOptions implements IModelTransformer {
    private static final String CONFIG = "--config";
    private static final String CONFIG_VARIABLE = "LITTORAL_CONFIG";

    @Override
    public CommandSpec transform(CommandSpec command) {
        for (Setting setting : Setting.values()) {
            command.addOption(OptionSpec.builder("--" + setting.option())
                    .paramLabel(setting.label())
                    .type(setting.isList() ? List.class : String.class)
                    .auxiliaryTypes(String.class)
                    .description(setting.description())
                    .build());
        }
        return command.addOption(OptionSpec.builder(CONFIG)
                .paramLabel("<file>")
                .type(String.class)
                .description("Properties named like these options; the command line and the environment come first."
                        + " Or $$" + CONFIG_VARIABLE + ".")
                .build());
    }

    /** The settings; nothing else is touched. */
    static WorkerConfig config(ParseResult parsed, WorkerConfig.Defaults defaults) {
        Map<Setting, String> typed = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            Object value = parsed.matchedOptionValue("--" + setting.option(), null);
            if (value != null) {
                typed.put(
                        setting,
                        value instanceof List<?> values
                                ? String.join(
                                        ",",
                                        values.stream().map(String::valueOf).toList())
                                : value.toString());
            }
        }
        String file = parsed.matchedOptionValue(CONFIG, System.getenv(CONFIG_VARIABLE));
        return WorkerConfig.of(new WorkerConfig.SettingSources(typed, System.getenv(), path(file)), defaults);
    }

    private static Optional<Path> path(String file) {
        if (file == null || file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(file));
        } catch (InvalidPathException e) {
            throw LittoralException.input("--config is no path; expected a file of properties");
        }
    }
}
