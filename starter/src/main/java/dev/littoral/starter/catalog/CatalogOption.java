package dev.littoral.starter.catalog;

import dev.littoral.activities.catalog.CatalogReader;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.starter.cli.CollectionParameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that name a collection and its catalog. */
public class CatalogOption {
    @Mixin
    private CollectionParameter collection;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--catalog",
            paramLabel = "<uri or path>",
            defaultValue = "${env:LITTORAL_CATALOG:-.littoral}",
            description = "Where the catalog is: s3://bucket/prefix or a folder."
                    + " Default: $$LITTORAL_CATALOG, else .littoral here.")
    private String catalog;

    public String collectionId() {
        return collection.id();
    }

    /** Whether a person named the catalog on this command line. */
    public boolean isTyped() {
        return command.commandLine().getParseResult().hasMatchedOption("--catalog");
    }

    public String catalog() {
        return catalog;
    }

    /** Reads the catalog, without any Temporal service. */
    public int read(ToIntFunction<CatalogReader> reading) {
        requireFolder();
        try (CatalogReader reader = CatalogReader.open(catalog)) {
            return reading.applyAsInt(reader);
        }
    }

    /** Reading a catalog that is not there must not make it. */
    void requireFolder() {
        Optional<Path> folder = StorageRegistry.addresses().catalog(catalog).folder();
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            throw LittoralException.input(
                    "Catalog " + folder.get() + " is no folder; expected one that littoral sync has written");
        }
    }
}
