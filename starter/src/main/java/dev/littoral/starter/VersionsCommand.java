package dev.littoral.starter;

import dev.littoral.workflows.model.Head;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "versions", description = "The versions of a collection's head, newest first.")
final class VersionsCommand implements Callable<Integer> {
    private static final int PAGE = 100;

    @Mixin
    private CatalogOption where;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return where.read((catalog, newest) -> {
            PrintWriter out = spec.commandLine().getOut();
            long before = Long.MAX_VALUE;
            while (true) {
                List<Head> page = catalog.heads().newest(before, PAGE);
                for (Head head : page) {
                    if (json) {
                        Output.json(out, head);
                    } else {
                        out.println(StatusCommand.line(head));
                    }
                    before = head.version();
                }
                if (page.size() < PAGE || out.checkError()) {
                    return 0;
                }
            }
        });
    }
}
