package dev.littoral.starter.server;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.activities.storage.local.LocalStorage;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.spec.CatalogTable;
import dev.littoral.workflows.spec.SourceScheme;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that give a source and its spec. */
final class SourceOptions {
    private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);

    @Option(
            names = "--source",
            paramLabel = "<uri or path>",
            description = "What to follow: s3://bucket/prefix/, file:///dir/ or a path, or"
                    + " iceberg:catalog/namespace.table, a table of a catalog that the worker knows.")
    private String source;

    @Option(names = "--spec", paramLabel = "<json>", description = "How to read it, as a JSON object.")
    private String spec;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** The source as a message has it, unchecked; empty where none is named. */
    Optional<ObjectNode> source() {
        if (source == null) {
            if (spec != null) {
                throw usage("--spec says how to read a source; expected --source with it");
            }
            return Optional.empty();
        }
        ObjectNode external = Json.JSON.createObjectNode();
        external.put("uri", uri(source));
        if (spec != null) {
            external.set("spec", json(spec));
        }
        return Optional.of(external);
    }

    private JsonNode json(String text) {
        // One value and nothing after it. A key that is named twice is a mistake.
        ObjectReader strict = Json.JSON
                .reader()
                .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                // What cannot be read may hold a secret.
                .without(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION);
        String problem;
        try {
            JsonNode json = strict.readTree(text);
            if (!json.isMissingNode()) {
                return json;
            }
            problem = "it is empty";
        } catch (JsonProcessingException e) {
            problem = e.getOriginalMessage();
        }
        throw usage("--spec is not JSON: " + problem + "; expected an object like {\"format\":\"parquet\"}");
    }

    /** A path is made a URI; a URI stays as it is. */
    private String uri(String given) {
        if (given.isEmpty()) {
            throw usage("--source is empty; expected a URI or a path");
        }
        // An ARN is not meant as a path; its check says what is expected.
        if (URI.matcher(given).matches() || SourceScheme.isArn(given) || CatalogTable.isAddress(given)) {
            return given;
        }
        try {
            Path path = Path.of(given).toAbsolutePath().normalize();
            boolean folder = given.endsWith("/") || Files.isDirectory(path);
            String address = LocalStorage.address(path);
            return folder && !address.endsWith("/") ? address + "/" : address;
        } catch (InvalidPathException e) {
            throw usage("--source is no path: " + e.getReason());
        }
    }

    ParameterException usage(String problem) {
        return new ParameterException(command.commandLine(), problem);
    }
}
