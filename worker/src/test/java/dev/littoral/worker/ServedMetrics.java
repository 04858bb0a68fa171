package dev.littoral.worker;

import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.StoreObserver.Role;
import dev.littoral.activities.storage.StoreObserver.Route;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.UpdateReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of the metrics that a worker can serve: its own as it serves them, and those of Temporal's SDK. */
final class ServedMetrics {
    private static final Pattern NAME = Pattern.compile("\\b(?:littoral|temporal|jvm|process)_[a-z0-9_]+");

    private static final Set<String> GAUGES = Set.of(
            io.temporal.worker.MetricsType.NUM_POLLERS,
            io.temporal.worker.MetricsType.WORKER_TASK_SLOTS_AVAILABLE,
            io.temporal.worker.MetricsType.WORKER_TASK_SLOTS_USED,
            io.temporal.worker.MetricsType.STICKY_CACHE_SIZE,
            io.temporal.worker.MetricsType.WORKFLOW_ACTIVE_THREAD_COUNT);

    private ServedMetrics() {}

    /** The metrics that a query names. */
    static Set<String> of(String query) {
        return NAME.matcher(query).results().map(each -> each.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** How often a query names a metric. */
    static long mentions(String query) {
        return NAME.matcher(query).results().count();
    }

    static Set<String> all() {
        Set<String> names = new TreeSet<>(ofWorker());
        // Served from the first garbage collection on.
        names.addAll(Set.of("jvm_gc_pause_seconds_count", "jvm_gc_pause_seconds_sum"));
        Stream.of(io.temporal.worker.MetricsType.class, io.temporal.serviceclient.MetricsType.class)
                .flatMap(type -> Stream.of(type.getFields()))
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == String.class)
                .map(ServedMetrics::value)
                .forEach(name -> {
                    if (name.endsWith("_latency")) {
                        Stream.of("_bucket", "_count", "_sum", "_max")
                                .forEach(part -> names.add(name + "_seconds" + part));
                    } else {
                        names.add(GAUGES.contains(name) ? name : name + "_total");
                    }
                });
        return names;
    }

    private static String value(Field constant) {
        try {
            return (String) constant.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** What the page of a worker has in which everything has happened once. */
    private static Set<String> ofWorker() {
        try (WorkerMetrics metrics = new WorkerMetrics();
                Storages storages = StorageRegistry.storages()) {
            metrics.watch(storages, List.of(new SinkSettings("indexer", "https://host/", null)));
            metrics.answered(Role.SOURCE, "GET", "200");
            metrics.routed(Role.SOURCE, Route.DIRECT);
            metrics.rows(1, 1);
            String report = "{'collectionId':'a','outcome':'COMMITTED','newRows':1,'deletedRows':1,'droppedRows':1,"
                    + "'files':{'added':1},'seconds':{'list':1.0}}";
            metrics.ended(Json.JSON.readValue(report.replace('\'', '"'), UpdateReport.class));
            Matcher line = Pattern.compile("(?m)^[a-z][a-z0-9_]+").matcher(metrics.page());
            return line.results().map(each -> each.group()).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
