package dev.littoral.starter;

import dev.littoral.activities.catalog.CollectionCatalog;
import dev.littoral.activities.catalog.FileEntry;
import dev.littoral.activities.catalog.ShardRef;
import dev.littoral.activities.catalog.SnapshotRoot;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.SkippedFile;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "files", description = "The files of a collection's snapshot, in order of their paths.")
final class FilesCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Option(names = "--at", paramLabel = "<version>", description = "An older version. Default: the newest.")
    private Long version;

    @Option(names = "--skipped", description = "List what was left out instead, and why.")
    private boolean skipped;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return where.read((catalog, newest) -> {
            Head head = CatalogOption.at(catalog, newest, version);
            SnapshotRoot root = CatalogOption.root(catalog, head);
            PrintWriter out = spec.commandLine().getOut();
            if (skipped) {
                printSkipped(catalog, root, out);
            } else {
                for (ShardRef shard : root.shards()) {
                    catalog.readShard(shard, file -> print(file, out));
                    if (out.checkError()) {
                        // Nobody reads any more.
                        break;
                    }
                }
            }
            return 0;
        });
    }

    private void print(FileEntry file, PrintWriter out) {
        if (!file.served()) {
            return;
        }
        if (json) {
            Output.json(out, file);
        } else {
            out.printf(
                    "%14s rows  %14s bytes  %s fragments  %s%n",
                    Output.count(file.rows()),
                    Output.count(file.bytes()),
                    Output.count(file.fragments().size()),
                    Output.path(file.path()));
        }
    }

    private void printSkipped(CollectionCatalog catalog, SnapshotRoot root, PrintWriter out)
            throws InterruptedException {
        for (SkippedFile file : catalog.skipped(root)) {
            print(file, out);
        }
        for (ShardRef shard : root.shards()) {
            if (shard.totals().skipped() > 0) {
                catalog.readShard(shard, file -> {
                    if (!file.served()) {
                        print(new SkippedFile(file.path(), file.skipped()), out);
                    }
                });
            }
        }
    }

    private void print(SkippedFile file, PrintWriter out) {
        if (json) {
            Output.json(out, file);
        } else {
            out.println(Output.path(file.file()) + "  " + Output.path(file.reason()));
        }
    }
}
