package dev.littoral.starter;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.Catalogs;
import dev.littoral.activities.storage.ObjectStore;
import dev.littoral.activities.storage.s3.S3Clients;
import dev.littoral.workflows.model.Head;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which collection, in which catalog: what every command is told. */
final class CatalogOption {
    @Mixin
    private CollectionParameter collection;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--catalog",
            paramLabel = "<uri or path>",
            defaultValue = "${env:LITTORAL_CATALOG:-.littoral}",
            description =
                    "Where the catalog is: s3://bucket/prefix or a folder. Default: $$LITTORAL_CATALOG, else .littoral here.")
    private String catalog;

    String collectionId() {
        return collection.id();
    }

    /** Whether a person named the catalog on this command line. */
    boolean isTyped() {
        return command.commandLine().getParseResult().hasMatchedOption("--catalog");
    }

    String catalog() {
        return catalog;
    }

    /** What a command does with a collection's catalog. */
    interface Reading {
        int read(CollectionCatalog catalog, Head head) throws InterruptedException;
    }

    /** What a command does with the catalog's store. */
    interface StoreReading {
        int read(ObjectStore store, S3Clients clients) throws InterruptedException;
    }

    /** Reads the catalog, without any server. A collection that has no version is a failure. */
    int read(Reading reading) throws InterruptedException {
        String id = collectionId();
        return readStore((store, clients) -> {
            CollectionCatalog collection = new CollectionCatalog(store, id);
            Head head = collection.heads().newest();
            if (!head.exists()) {
                throw LittoralException.input("Catalog " + store.location() + " has no collection " + id);
            }
            return reading.read(collection, head);
        });
    }

    /** Reads the catalog's store, whatever is in it. */
    int readStore(StoreReading reading) throws InterruptedException {
        requireFolder();
        try (S3Clients clients = new S3Clients();
                ObjectStore store = Catalogs.openForReading(catalog, clients)) {
            return reading.read(store, clients);
        }
    }

    /** Reading a catalog that is not there must not make it. */
    private void requireFolder() {
        if (!catalog.startsWith("s3://")) {
            Path folder = Catalogs.folder(catalog);
            if (!Files.isDirectory(folder)) {
                throw LittoralException.input(
                        "Catalog " + folder + " is no folder; expected one that littoral sync has written");
            }
        }
    }

    /** The head to read a snapshot of: the newest, or an older version. */
    static Head at(CollectionCatalog catalog, Head newest, Long version) throws InterruptedException {
        if (version == null) {
            return newest;
        }
        return catalog.heads()
                .at(version)
                .orElseThrow(() -> LittoralException.input(
                        "Version " + version + " is not in the catalog; expected one of 1 to " + newest.version()));
    }

    /** A head's snapshot. */
    static SnapshotRoot root(CollectionCatalog catalog, Head head) throws InterruptedException {
        Optional<SnapshotRoot> root = catalog.root(head);
        return root.orElseThrow(() -> LittoralException.input(
                "Version " + head.version() + " has no snapshot: nothing was committed before it"));
    }
}
