package dev.littoral.starter.server;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.workflows.Policies;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Traffic;
import dev.littoral.workflows.model.UpdateState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An estimate of what following a source costs a month: as many updates as the options ask for, each as the recent ones
 * were. Where it is listed more often, the further listings find nothing at best, and as much as the others at worst.
 *
 * @param known how many recent updates it is made from
 * @param committed how many of these committed
 * @param unchanged what one that found nothing asked of stores, in the mean; null where none is known
 * @param commit what one that committed asked of stores, in the mean; null where none is known
 * @param month what following it costs as it is kept now; null where nothing lists it by itself
 * @param others what other promises would cost
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CostEstimate(
        String collectionId,
        int known,
        int committed,
        Map<String, Double> unchanged,
        Map<String, Double> commit,
        Month month,
        List<Month> others) {

    /** A month of 730 hours, as clouds count it. */
    static final Duration MONTH = Duration.ofHours(730);

    /**
     * A month.
     *
     * @param maxStaleness the promise, or null
     * @param every how long after an update's beginning the next one begins
     * @param updates how many that are
     * @param least requests and bytes where further updates find nothing
     * @param most requests and bytes where they find as much as the others
     * @param leastCost the price of these, or null without prices
     * @param mostCost the price of these, or null without prices
     * @param currency of the prices, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Month(
            @JsonFormat(shape = JsonFormat.Shape.STRING) Duration maxStaleness,
            @JsonFormat(shape = JsonFormat.Shape.STRING) Duration every,
            long updates,
            Map<String, Double> least,
            Map<String, Double> most,
            Double leastCost,
            Double mostCost,
            String currency) {}

    /**
     * An estimate.
     *
     * @param jobs recent updates
     * @param promises other values of maxStaleness
     * @param prices or null
     */
    static CostEstimate of(
            String collectionId, CollectionOptions options, List<Job> jobs, List<Duration> promises, Prices prices) {
        List<Job> known = jobs.stream()
                .filter(job -> job.traffic() != null && job.traffic().isKnown())
                .toList();
        List<Job> commits = known.stream()
                .filter(job -> job.state() == UpdateState.COMMITTED)
                .toList();
        List<Job> looks = known.stream()
                .filter(job -> job.state() == UpdateState.UNCHANGED)
                .toList();
        int all = commits.size() + looks.size();
        if (all == 0) {
            return new CostEstimate(collectionId, 0, 0, null, null, null, List.of());
        }
        Map<String, Double> commit = mean(commits.isEmpty() ? looks : commits);
        Map<String, Double> look = mean(looks.isEmpty() ? commits : looks);
        double share = (double) commits.size() / all;
        Duration took = Stream.concat(commits.stream(), looks.stream())
                .map(job -> Duration.between(job.requested(), job.ended()))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        Duration now = Policies.cycle(options.refreshEvery(), options.maxStaleness(), took);
        double changes = now == null ? 0 : share * perMonth(now);
        List<Month> others = new ArrayList<>();
        for (Duration promise : promises) {
            others.add(month(
                    promise,
                    Policies.cycle(options.refreshEvery(), promise, took),
                    changes,
                    share,
                    look,
                    commit,
                    prices));
        }
        return new CostEstimate(
                collectionId,
                all,
                commits.size(),
                looks.isEmpty() ? null : look,
                commits.isEmpty() ? null : commit,
                now == null ? null : month(options.maxStaleness(), now, changes, share, look, commit, prices),
                others);
    }

    private static double perMonth(Duration every) {
        return (double) MONTH.toMillis() / Math.max(1, every.toMillis());
    }

    private static Month month(
            Duration promise,
            Duration every,
            double changes,
            double share,
            Map<String, Double> look,
            Map<String, Double> commit,
            Prices prices) {
        double updates = perMonth(every);
        double fewest = Math.min(updates, changes);
        Map<String, Double> least = sum(commit, fewest, look, updates - fewest);
        Map<String, Double> most = sum(commit, updates * share, look, updates * (1 - share));
        return new Month(
                promise,
                every,
                Math.round(updates),
                least,
                most,
                prices == null ? null : Math.min(prices.of(least), prices.of(most)),
                prices == null ? null : Math.max(prices.of(least), prices.of(most)),
                prices == null ? null : prices.currency());
    }

    private static Map<String, Double> mean(List<Job> jobs) {
        Map<String, Double> mean = new TreeMap<>();
        for (Job job : jobs) {
            Traffic traffic = job.traffic();
            Stream.of(traffic.requests(), traffic.bytes())
                    .forEach(counts ->
                            counts.forEach((name, n) -> mean.merge(name, (double) n / jobs.size(), Double::sum)));
        }
        return mean;
    }

    private static Map<String, Double> sum(
            Map<String, Double> one, double times, Map<String, Double> other, double otherTimes) {
        Map<String, Double> sum = new TreeMap<>();
        one.forEach((name, n) -> sum.merge(name, n * times, Double::sum));
        other.forEach((name, n) -> sum.merge(name, n * otherTimes, Double::sum));
        return sum;
    }
}
