package dev.littoral.starter.server;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.Output;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Estimates what following a collection's source costs. */
@Command(
        name = "cost",
        description = "What following a collection's source costs a month, in requests and bytes, and what another"
                + " maxStaleness would cost; in money with a price table.",
        footer = {"", CollectionCommand.WHERE})
public final class CostCommand extends CollectionCommand {
    /** The shortest promise there is. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private static final int MOST_JOBS = 100;

    @Option(names = "--prices", paramLabel = "<file>", description = "A price table, as docs/prices/s3-standard.json.")
    private Path prices;

    @Option(
            names = "--max-staleness",
            paramLabel = "<duration>",
            description = "A maxStaleness to be compared, as PT1M; can be given again. Default: half and a tenth of the"
                    + " collection's, or PT1H and PT5M where it promises nothing.")
    private List<String> others = List.of();

    @Spec
    private CommandSpec spec;

    private List<Duration> promises;

    @Override
    void check() {
        promises = others.stream().map(this::promise).toList();
    }

    private Duration promise(String typed) {
        try {
            Duration promise = Duration.parse(typed);
            if (promise.compareTo(SHORTEST) >= 0) {
                return promise;
            }
        } catch (DateTimeParseException e) {
            // Said below, with what was expected.
        }
        throw new ParameterException(
                spec.commandLine(), "--max-staleness is " + typed + "; expected a duration from PT10S, as PT1M");
    }

    @Override
    ExitCode call(CollectionClient collection) {
        Optional<Prices> table = Optional.ofNullable(prices).map(Prices::read);
        collection.running();
        CollectionStatus status = collection.status();
        CostEstimate estimate = CostEstimate.of(
                collection.id(),
                status.options(),
                jobs(collection),
                promises.isEmpty() ? usual(status.options()) : promises,
                table.orElse(null));
        if (estimate.known() == 0) {
            throw LittoralException.input("Collection " + collection.id()
                    + " has no update yet of which it is known what it took; expected one that committed or found"
                    + " nothing new");
        }
        if (json()) {
            Output.json(out(), estimate);
        } else {
            text(estimate, status.options()).forEach(out()::println);
        }
        return ExitCode.OK;
    }

    private static List<Job> jobs(CollectionClient collection) {
        List<Job> jobs = new ArrayList<>();
        long before = Long.MAX_VALUE;
        while (jobs.size() < MOST_JOBS) {
            List<Job> page = collection.jobs(before, Math.min(MOST_JOBS, CollectionClient.MAX_PAGE));
            if (page.isEmpty()) {
                return jobs;
            }
            jobs.addAll(page);
            before = page.getLast().update();
        }
        return jobs;
    }

    private static List<Duration> usual(CollectionOptions options) {
        return options.maxStaleness() == null
                ? List.of(Duration.ofHours(1), Duration.ofMinutes(5))
                : Stream.of(2, 10)
                        .map(part -> options.maxStaleness().dividedBy(part))
                        .filter(promise -> promise.compareTo(SHORTEST) >= 0)
                        .toList();
    }

    private static List<String> text(CostEstimate estimate, CollectionOptions options) {
        List<String> lines = new ArrayList<>();
        lines.add("%s  as its last %s, %s of which committed"
                .formatted(
                        estimate.collectionId(),
                        estimate.known() == 1 ? "update" : Output.count(estimate.known()) + " updates",
                        Output.count(estimate.committed())));
        if (estimate.unchanged() != null) {
            lines.add("  an update that finds nothing  " + counts(estimate.unchanged()));
        }
        if (estimate.commit() != null) {
            lines.add("  an update that commits        " + counts(estimate.commit()));
        }
        lines.add("  a month now                   "
                + (estimate.month() == null
                        ? "nothing lists it by itself: it has neither refreshEvery nor maxStaleness"
                        : month(estimate.month()) + kept(options)));
        for (CostEstimate.Month other : estimate.others()) {
            lines.add("  with maxStaleness %-11s %s".formatted(other.maxStaleness(), month(other)));
        }
        return lines;
    }

    private static String kept(CollectionOptions options) {
        return Stream.of(
                        options.maxStaleness() == null ? null : "maxStaleness " + options.maxStaleness(),
                        options.refreshEvery() == null ? null : "refreshEvery " + options.refreshEvery())
                .filter(said -> said != null)
                .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String month(CostEstimate.Month month) {
        String updates = Output.count(month.updates()) + " updates, one each " + month.every();
        if (month.currency() == null) {
            return updates + ": " + range(requests(month.least()), requests(month.most()), "requests");
        }
        return updates + ": " + range(money(month.leastCost()), money(month.mostCost()), Output.path(month.currency()));
    }

    private static String range(String least, String most, String what) {
        return (least.equals(most) ? least : least + " to " + most) + " " + what;
    }

    private static String requests(Map<String, Double> counts) {
        return Output.count(Math.round(counts.entrySet().stream()
                .filter(count -> !isBytes(count.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum()));
    }

    private static String money(double amount) {
        return String.format(Locale.ROOT, amount < 1 ? "%.4f" : "%,.2f", amount);
    }

    private static boolean isBytes(String name) {
        return name.endsWith(".read") || name.endsWith(".written");
    }

    private static String counts(Map<String, Double> counts) {
        return counts.entrySet().stream()
                .map(count -> count.getKey() + " "
                        + String.format(Locale.ROOT, "%,.1f", count.getValue()).replaceFirst("\\.0$", "")
                        + (isBytes(count.getKey()) ? " bytes" : ""))
                .collect(Collectors.joining(", "));
    }
}
