package dev.littoral.starter;

import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Totals;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "status", description = "What a collection serves, from its catalog.")
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private CatalogOption where;

    @Option(names = "--json", description = "Print the head as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return where.read((catalog, head) -> {
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Output.json(out, head);
                return 0;
            }
            Totals totals = head.totals();
            out.printf("%s  version %d, %s at %s%n", where.collectionId(), head.version(), head.kind(), head.time());
            out.printf(
                    "  source    %s (generation %d)%n",
                    Output.path(head.source().uri()), head.generation());
            out.printf(
                    "  serves    %s rows in %s segments, %s fragments, %s files%n",
                    Output.count(totals.rows()),
                    Output.count(totals.segments()),
                    Output.count(totals.fragments()),
                    Output.count(totals.files()));
            out.printf("  reason    %s%n", Output.path(head.reason()));
            return 0;
        });
    }

    static String line(Head head) {
        return "%-8d %-11s %-24s generation %d, update %d, %s rows, %s segments: %s"
                .formatted(
                        head.version(),
                        head.kind(),
                        head.time(),
                        head.generation(),
                        head.update(),
                        Output.count(head.totals().rows()),
                        Output.count(head.totals().segments()),
                        Output.path(head.reason()));
    }
}
