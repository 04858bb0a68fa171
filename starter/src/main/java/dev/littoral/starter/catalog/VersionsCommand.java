package dev.littoral.starter.catalog;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.LineOutput;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the versions of a collection. */
@Command(name = "versions", description = "The versions of a collection's head, newest first.")
public final class VersionsCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Mixin
    private LineOutput output;

    @Override
    public Integer call() {
        return where.read(catalog -> {
            output.printAll(catalog.versions(where.collectionId()), HeadText::line);
            return ExitCode.OK.code();
        });
    }
}
