package dev.littoral.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.source.AllowList;
import dev.littoral.workflows.CollectionAttributes;
import dev.littoral.workflows.ExternalCollectionWorkflow;
import dev.littoral.workflows.testing.TemporalServer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which search attributes a worker knows to be registered, and collections that follow that on the real server. */
@Timeout(600)
class SearchAttributeWatchTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Map<String, IndexedValueType> ALL = CollectionAttributes.NAMES.stream()
            .collect(Collectors.toMap(name -> name, name -> CollectionAttributes.TYPE));

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger listings = new AtomicInteger();
    private final Queue<Runnable> looks = new ArrayDeque<>();

    private SearchAttributeWatch watch(Supplier<Map<String, IndexedValueType>> listing, boolean showsSources) {
        return new SearchAttributeWatch(
                () -> {
                    try {
                        return listing.get();
                    } finally {
                        listings.incrementAndGet();
                    }
                },
                showsSources,
                nanos::get,
                looks::add);
    }

    /** What is known after a look, where one begins now. */
    private Set<String> next(SearchAttributeWatch watch) {
        watch.names();
        for (Runnable look = looks.poll(); look != null; look = looks.poll()) {
            look.run();
        }
        return watch.names();
    }

    @Test
    void nothingIsKnownAtFirstAndItLooksAgainOnlyWhenItIsAskedLater() throws Exception {
        SearchAttributeWatch watch = watch(() -> ALL, true);
        assertThat(listings).hasValue(0);
        assertThat(watch.names()).isEmpty();
        assertThat(next(watch)).containsExactlyInAnyOrderElementsOf(CollectionAttributes.NAMES);
        next(watch);
        assertThat(listings).hasValue(1);
        nanos.addAndGet(SearchAttributeWatch.MAX_AGE.toNanos());
        next(watch);
        assertThat(listings).hasValue(2);
    }

    @Test
    void anAttributeOfAnotherTypeIsNotSet() throws Exception {
        SearchAttributeWatch watch = watch(
                () -> Map.of(
                        CollectionAttributes.STATE,
                        IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
                        CollectionAttributes.BEHIND,
                        IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
                        "Another",
                        IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD),
                true);
        assertThat(next(watch)).containsExactly(CollectionAttributes.BEHIND);
    }

    @Test
    void whatACodecHidesIsNotShown() throws Exception {
        assertThat(next(watch(() -> ALL, false)))
                .containsExactlyInAnyOrder(CollectionAttributes.STATE, CollectionAttributes.BEHIND);
    }

    @ParameterizedTest
    @EnumSource(names = {"PERMISSION_DENIED", "UNAUTHENTICATED", "UNIMPLEMENTED"})
    void aServerThatListsNoneToThisWorkerIsSeldomAsked(Status.Code code) throws Exception {
        SearchAttributeWatch watch = watch(
                () -> {
                    throw code.toStatus().asRuntimeException();
                },
                true);
        assertThat(next(watch)).isEmpty();
        nanos.addAndGet(SearchAttributeWatch.MAX_AGE.toNanos());
        next(watch);
        assertThat(listings).hasValue(1);
        nanos.addAndGet(SearchAttributeWatch.AFTER_DENIAL.toNanos());
        assertThat(next(watch)).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerChangesNothing() throws Exception {
        SearchAttributeWatch watch = watch(
                () -> {
                    if (listings.get() > 0) {
                        throw Status.UNAVAILABLE.asRuntimeException();
                    }
                    return ALL;
                },
                true);
        next(watch);
        nanos.addAndGet(SearchAttributeWatch.MAX_AGE.toNanos());
        assertThat(next(watch)).hasSize(CollectionAttributes.NAMES.size());
    }

    @Test
    void aListingThatFailsAsNobodyForesawIsTriedAgain() throws Exception {
        SearchAttributeWatch watch = watch(
                () -> {
                    if (listings.get() == 0) {
                        throw new IllegalStateException("the answer has no such field");
                    }
                    return ALL;
                },
                true);
        assertThat(next(watch)).isEmpty();
        next(watch);
        assertThat(listings).hasValue(1);
        nanos.addAndGet(SearchAttributeWatch.MAX_AGE.toNanos());
        assertThat(next(watch)).hasSize(CollectionAttributes.NAMES.size());
    }

    /** A call of a workflow task's completion, which the server refuses. */
    private static void refuse(SearchAttributeWatch watch) {
        FakeChannel server = new FakeChannel() {
            @Override
            <Q, A> void started(MethodDescriptor<Q, A> method, ClientCall.Listener<A> listener) {
                listener.onClose(
                        Status.INVALID_ARGUMENT.withDescription("BadSearchAttributes: LittoralState"), new Metadata());
            }
        };
        watch.interceptCall(WorkflowServiceGrpc.getRespondWorkflowTaskCompletedMethod(), CallOptions.DEFAULT, server)
                .start(new ClientCall.Listener<>() {}, new Metadata());
    }

    @Test
    void afterARefusalItLooksAgainOnlyLaterAlsoWhereALookIsUnderWay() throws Exception {
        SearchAttributeWatch watch = watch(() -> ALL, true);
        assertThat(next(watch)).isNotEmpty();
        refuse(watch);
        assertThat(watch.names()).isEmpty();
        nanos.addAndGet(SearchAttributeWatch.AFTER_REFUSAL.toNanos() - 1);
        assertThat(next(watch)).isEmpty();
        nanos.addAndGet(1);
        // A look begins, and it ends after the next refusal.
        watch.names();
        assertThat(looks).hasSize(1);
        refuse(watch);
        next(watch);
        nanos.addAndGet(SearchAttributeWatch.MAX_AGE.toNanos());
        next(watch);
        assertThat(listings).hasValue(2);
        nanos.addAndGet(SearchAttributeWatch.AFTER_REFUSAL.toNanos());
        next(watch);
        assertThat(listings).hasValue(3);
    }

    @Test
    void whatWasKnownIsForgottenWhereTheServerListsNoneAnyMore() throws Exception {
        SearchAttributeWatch watch = watch(
                () -> {
                    if (listings.get() > 0) {
                        throw Status.PERMISSION_DENIED.asRuntimeException();
                    }
                    return ALL;
                },
                true);
        assertThat(next(watch)).isNotEmpty();
        nanos.addAndGet(SearchAttributeWatch.MAX_AGE.toNanos());
        assertThat(next(watch)).isEmpty();
    }

    @Test
    void theyAreSetAsSoonAsTheyAreRegisteredAndNothingBreaksWhenTheyAreRemoved(@TempDir Path folder) throws Exception {
        Path lake = Files.createDirectories(folder.resolve("lake"));
        Files.write(lake.resolve("a.parquet"), Parquet.ofRows(3));
        try (TemporalServer server = TemporalServer.start();
                TemporalConnection connection = TemporalConnection.to(server.target(), null);
                LittoralWorker worker = LittoralWorker.start(
                        connection.client(),
                        new WorkerSettings(
                                folder.resolve("catalog").toString(),
                                AllowList.of(Following.source("file://" + lake + "/")),
                                "attributes",
                                4),
                        connection.attributes())) {
            Following orders = Following.start(
                    connection.client(), "orders", "attributes", "file://" + lake + "/", Following.SMALL);
            refreshUntil(orders, () -> true);
            connection.addSearchAttributes(ALL);
            refreshUntil(orders, () -> listed(server, "LittoralState=\"IDLE\""));
            Files.writeString(lake.resolve("b.parquet"), "not Parquet");
            refreshUntil(orders, () -> listed(server, "LittoralState=\"FAILED\""));
            Files.delete(lake.resolve("b.parquet"));
            for (String name : CollectionAttributes.NAMES) {
                assertThat(server.cli("operator", "search-attribute", "remove", "--name", name, "--yes")
                                .exitCode())
                        .isZero();
            }
            // The task that the server refuses is tried again at once.
            refreshUntil(orders, () -> orders.awaitIdle().state().equals("idle"));
            assertThat(worker.isPolling()).isTrue();
        }
    }

    private static boolean listed(TemporalServer server, String query) {
        return server.cli("workflow", "list", "--query", query).out().contains("orders");
    }

    private static void refreshUntil(Following orders, BooleanSupplier condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        do {
            assertThat(Instant.now()).isBefore(end);
            // A request that waits for a task which the server refuses is refused with it.
            orders.insist("a refresh", ExternalCollectionWorkflow::signalRefresh);
            Thread.sleep(200);
            orders.awaitIdle();
        } while (!condition.getAsBoolean());
    }
}
