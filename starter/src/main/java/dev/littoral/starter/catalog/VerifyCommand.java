package dev.littoral.starter.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.SourceReader;
import dev.littoral.activities.source.Sources;
import dev.littoral.activities.source.registry.FormatRegistry;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.StoreObserver;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.tablecatalog.TableCatalogs;
import dev.littoral.activities.tablecatalog.registry.TableCatalogRegistry;
import dev.littoral.activities.verify.Finding;
import dev.littoral.activities.verify.Summary;
import dev.littoral.activities.verify.Verifier;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.starter.cli.SourceAccess;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Json;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Verifies the catalog of a collection. */
@Command(
        name = "verify",
        description = "Checks what the catalog has of a collection, and names each thing that is not as it should be.")
public final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Mixin
    private SourceAccess access;

    @Option(
            names = "--source",
            description = "Also check that the source has every file the newest snapshot needs, at its version.")
    private boolean source;

    @Option(names = "--json", description = "Print one JSON object a line: the findings, then a summary.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        where.requireFolder();
        try (Storages storages = StorageRegistry.storages();
                CatalogStore store = storages.openCatalogForReading(where.catalog());
                TableCatalogs tables = TableCatalogRegistry.open(access.catalogs())) {
            PrintWriter out = spec.commandLine().getOut();
            Verifier verifier = new Verifier(store, where.collectionId(), finding -> print(finding, out));
            Summary summary = source ? verifier.verifyWithSource(of -> open(of, storages, tables)) : verifier.verify();
            if (json) {
                Output.json(out, summary);
            } else {
                print(summary, out);
            }
            return ExitCode.of(summary.worst()).code();
        }
    }

    private SourceReader open(JsonNode source, Storages storages, TableCatalogs tables) {
        ExternalSource readable;
        try {
            readable = Json.JSON.treeToValue(source, ExternalSource.class);
        } catch (JsonProcessingException e) {
            throw new LittoralException(FailureType.INPUT, "it is no source: " + e.getOriginalMessage(), e);
        }
        // A user of the command line reads with their own profiles.
        return new Sources(
                        storages,
                        FormatRegistry.formats(),
                        access.allowList(readable),
                        Optional.empty(),
                        tables,
                        StoreObserver.NONE)
                .open(readable, true);
    }

    private void print(Finding finding, PrintWriter out) {
        if (json) {
            Output.json(out, finding);
        } else {
            out.printf("%-7s  %s%n", finding.severity(), Output.path(finding.sentence()));
        }
    }

    private static void print(Summary summary, PrintWriter out) {
        out.printf(
                "%s  %s in %s; read %s of %s with %s and %s%s%n",
                summary.collectionId(),
                range(summary),
                summary.catalog(),
                counted(summary.shards(), "shard"),
                counted(summary.snapshots(), "snapshot"),
                counted(summary.files(), "file"),
                counted(summary.segments(), "segment"),
                summary.sourceFiles() == null
                        ? ""
                        : "; looked for " + counted(summary.sourceFiles(), "file") + " in the source");
        out.printf(
                "%s, %s, %s%n",
                counted(summary.errors(), "error"),
                counted(summary.warnings(), "warning"),
                counted(summary.notes(), "note"));
    }

    private static String range(Summary summary) {
        return summary.versions() == 0
                ? "no version"
                : summary.oldest() == summary.newest()
                        ? "version " + summary.newest()
                        : "versions " + summary.oldest() + " to " + summary.newest();
    }

    private static String counted(long n, String noun) {
        return Output.count(n) + " " + noun + (n == 1 ? "" : "s");
    }
}
