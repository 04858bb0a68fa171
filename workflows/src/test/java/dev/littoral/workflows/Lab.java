package dev.littoral.workflows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.testing.GuardedEnvironment;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowQueryRejectedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateHandle;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A Temporal service and a worker on a {@link FakeLake}. */
final class Lab implements AutoCloseable {
    static final String ID = "orders";
    private static final Duration TIMEOUT = Duration.ofMinutes(8);

    /** What a lab's workflows run on. */
    private interface Service extends AutoCloseable {
        WorkflowClient client();

        void pass(Duration duration);

        Instant now();

        String diagnostics();

        @Override
        void close();
    }

    /** A service in memory, whose clock stands still unless a test moves it. */
    private record InMemory(TestWorkflowEnvironment environment) implements Service {
        @Override
        public WorkflowClient client() {
            return environment.getWorkflowClient();
        }

        @Override
        public void pass(Duration duration) {
            environment.sleep(duration);
        }

        @Override
        public Instant now() {
            return Instant.ofEpochMilli(environment.currentTimeMillis());
        }

        @Override
        public String diagnostics() {
            return environment.getDiagnostics();
        }

        @Override
        public void close() {
            environment.close();
        }
    }

    /** The real server. Its clock is the world's, so nothing is skipped: what takes long is waited for. */
    private record OnServer(WorkflowClient client, WorkerFactory factory) implements Service {
        @Override
        public void pass(Duration duration) {
            // The test waits for what is to happen.
        }

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public String diagnostics() {
            return "";
        }

        @Override
        public void close() {
            factory.shutdownNow();
            factory.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    final FakeLake lake;
    final WorkflowClient client;
    private final Service service;

    Lab(FakeLake lake) {
        this(lake, Policies.HISTORY);
    }

    Lab(FakeLake lake, Policies.History history) {
        this(lake, SourcePolicy.NONE, history);
    }

    Lab(FakeLake lake, SourcePolicy rules, Policies.History history) {
        this(lake, rules, CollectionObserver.NONE, history);
    }

    Lab(FakeLake lake, SourcePolicy rules, CollectionObserver observer, Policies.History history) {
        this(lake, inMemory(lake, rules, observer, history));
    }

    private Lab(FakeLake lake, Service service) {
        this.lake = lake;
        this.service = service;
        this.client = service.client();
    }

    private static Service inMemory(
            FakeLake lake, SourcePolicy rules, CollectionObserver observer, Policies.History history) {
        TestWorkflowEnvironment environment = environment();
        register(worker(environment), rules, observer, history, lake);
        environment.start();
        return new InMemory(environment);
    }

    /** In memory, with sinks, whose activities have a task queue of their own. */
    static Lab withSinks(FakeLake lake, FakeSinks sinks, Policies.History history) {
        TestWorkflowEnvironment environment = environment();
        Worker worker = worker(environment);
        register(worker, SourcePolicy.NONE, history, lake);
        worker.registerActivitiesImplementations(sinks);
        environment
                .newWorker(Policies.eventQueue(ExternalCollectionWorkflow.TASK_QUEUE))
                .registerActivitiesImplementations(sinks);
        environment.start();
        return new Lab(lake, new InMemory(environment));
    }

    /** On the real server, in a namespace of its own. */
    static Lab onServer(FakeLake lake, SourcePolicy rules, Policies.History history) {
        TemporalServer server = TemporalServer.shared();
        return onServer(server, server.newNamespace(), lake, rules, history);
    }

    static Lab onServer(
            TemporalServer server, String namespace, FakeLake lake, SourcePolicy rules, Policies.History history) {
        return onServer(
                server,
                namespace,
                lake,
                rules,
                history,
                WorkerFactoryOptions.getDefaultInstance(),
                workerOptions().build());
    }

    static Lab onServer(
            TemporalServer server,
            String namespace,
            FakeLake lake,
            SourcePolicy rules,
            Policies.History history,
            WorkerFactoryOptions options,
            WorkerOptions workerOptions) {
        WorkflowClient client = WorkflowClient.newInstance(
                server.stubs(),
                clientOptions().toBuilder().setNamespace(namespace).build());
        WorkerFactory factory = WorkerFactory.newInstance(client, options);
        register(factory.newWorker(ExternalCollectionWorkflow.TASK_QUEUE, workerOptions), rules, history, lake);
        factory.start();
        return new Lab(lake, new OnServer(client, factory));
    }

    /** On the real server, with a worker that believes these search attributes to be registered. */
    static Lab onServer(
            TemporalServer server,
            String namespace,
            FakeLake lake,
            RegisteredAttributes registered,
            Policies.History history) {
        WorkflowClient client = WorkflowClient.newInstance(
                server.stubs(),
                clientOptions().toBuilder().setNamespace(namespace).build());
        WorkerFactory factory = WorkerFactory.newInstance(client);
        Worker worker = factory.newWorker(
                ExternalCollectionWorkflow.TASK_QUEUE, workerOptions().build());
        WorkflowRegistration.register(worker, SourcePolicy.NONE, CollectionObserver.NONE, registered, false, history);
        worker.registerActivitiesImplementations(lake, lake.consumers(), lake.deployments());
        factory.start();
        return new Lab(lake, new OnServer(client, factory));
    }

    static TestWorkflowEnvironment environment() {
        return GuardedEnvironment.newInstance(
                TestEnvironmentOptions.newBuilder().setWorkflowClientOptions(clientOptions()));
    }

    private static WorkflowClientOptions clientOptions() {
        return WorkflowClientOptions.newBuilder()
                // Recorded histories name no machine.
                .setIdentity("littoral")
                .setDataConverter(new MessageConverter())
                .build();
    }

    static Worker worker(TestWorkflowEnvironment environment) {
        return environment.newWorker(
                ExternalCollectionWorkflow.TASK_QUEUE, workerOptions().build());
    }

    static WorkerOptions.Builder workerOptions() {
        return WorkerOptions.newBuilder()
                // A machine may be so busy that a thread waits for a second; that is no deadlock.
                .setDefaultDeadlockDetectionTimeout(TIMEOUT.toMillis())
                .setMaxHeartbeatThrottleInterval(Duration.ofMillis(20))
                .setDefaultHeartbeatThrottleInterval(Duration.ofMillis(20));
    }

    static void register(Worker worker, SourcePolicy rules, Policies.History history, FakeLake lake) {
        register(worker, rules, CollectionObserver.NONE, history, lake);
    }

    static void register(
            Worker worker, SourcePolicy rules, CollectionObserver observer, Policies.History history, FakeLake lake) {
        WorkflowRegistration.register(worker, rules, observer, RegisteredAttributes.NONE, false, history);
        worker.registerActivitiesImplementations(lake, lake.consumers(), lake.deployments());
    }

    @Override
    public void close() {
        service.close();
    }

    static WorkflowOptions options(String id) {
        return WorkflowOptions.newBuilder()
                .setWorkflowId(id)
                .setTaskQueue(ExternalCollectionWorkflow.TASK_QUEUE)
                .build();
    }

    ExternalCollectionWorkflow unstarted() {
        return client.newWorkflowStub(ExternalCollectionWorkflow.class, options(ID));
    }

    /** Sends to it. The in-memory service does not find a collection while that continues as new: it is sent again. */
    ExternalCollectionWorkflow collection() {
        ExternalCollectionWorkflow stub = client.newWorkflowStub(ExternalCollectionWorkflow.class, ID);
        return (ExternalCollectionWorkflow) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ExternalCollectionWorkflow.class},
                (proxy, method, sent) -> {
                    while (true) {
                        try {
                            return method.invoke(stub, sent);
                        } catch (InvocationTargetException e) {
                            if (!(e.getCause() instanceof WorkflowNotFoundException)
                                    || untyped().describe().getStatus()
                                            != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING) {
                                throw e.getCause();
                            }
                        }
                    }
                });
    }

    WorkflowStub untyped() {
        return client.newUntypedWorkflowStub(ID);
    }

    WorkflowStub update(long number) {
        return client.newUntypedWorkflowStub(UpdateExternalCollectionWorkflow.id(ID, number));
    }

    ExternalCollectionWorkflow start(ExternalSource source) {
        return start(source, CollectionOptions.DEFAULTS);
    }

    ExternalCollectionWorkflow start(ExternalSource source, CollectionOptions options) {
        WorkflowClient.start(unstarted()::run, CollectionInput.of(source, options), null);
        return collection();
    }

    ExternalCollectionWorkflow startWith(String json) {
        WorkflowClient.start(unstarted()::run, new CollectionInput(tree(json)), null);
        return collection();
    }

    /** JSON written with ' for each ". */
    static SourceRequest request(String json) {
        return new SourceRequest(tree(json));
    }

    private static JsonNode tree(String json) {
        try {
            return Json.JSON.readTree(json.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    /** Moves the clock on, where it can be moved. */
    void pass(Duration duration) {
        service.pass(duration);
    }

    /** The service's clock. */
    Instant now() {
        return service.now();
    }

    /** Asks for a lease, and waits until that is accepted. */
    WorkflowUpdateHandle<LeaseAnswer> startLease(LeaseMessage lease) {
        return untyped().startUpdate(MessageNames.LEASE, WorkflowUpdateStage.ACCEPTED, LeaseAnswer.class, lease);
    }

    Job awaitEnd(long update, UpdateState end) throws InterruptedException {
        Job job = awaitJob(update, each -> each.state().isEnd());
        if (job.state() != end) {
            throw new AssertionError("expected " + end + ", found " + job + "; ends are " + ends());
        }
        return job;
    }

    Job awaitJob(long update, Predicate<Job> condition) throws InterruptedException {
        return awaitAnswer(
                "update " + update,
                () -> collection().jobs(null).stream()
                        .filter(job -> job.update() == update && condition.test(job))
                        .findFirst());
    }

    CollectionStatus awaitStatus(Predicate<CollectionStatus> condition) throws InterruptedException {
        return awaitAnswer("status", () -> Optional.of(collection().status()).filter(condition));
    }

    private <T> T awaitAnswer(String what, Supplier<Optional<T>> query) throws InterruptedException {
        AtomicReference<T> answer = new AtomicReference<>();
        await(what, () -> {
            answer.set(query.get().orElse(null));
            return answer.get() != null;
        });
        return answer.get();
    }

    void await(String what, BooleanSupplier condition) throws InterruptedException {
        Instant deadline = Instant.now().plus(TIMEOUT);
        while (!holds(condition)) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError(
                        "waited too long for " + what + "; ends are " + ends() + service.diagnostics());
            }
            Thread.sleep(20);
        }
    }

    /** Whether a condition holds, as far as queries can tell: a server rejects them while a workflow's task fails. */
    private static boolean holds(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (WorkflowQueryRejectedException e) {
            return false;
        }
    }

    /** Waits until the workflow of an update has been asked to stop, which its collection may know before it does. */
    void awaitCancelRequested(long update) throws InterruptedException {
        await(
                "the cancel of update " + update,
                () -> events(UpdateExternalCollectionWorkflow.id(ID, update))
                        .contains(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED));
    }

    void awaitClosed(WorkflowStub workflow, WorkflowExecutionStatus status) throws InterruptedException {
        await(
                workflow.getExecution().getWorkflowId() + " to close",
                () -> workflow.describe().getStatus() != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
        if (workflow.describe().getStatus() != status) {
            throw new AssertionError(
                    "expected " + status + ", found " + workflow.describe().getStatus());
        }
    }

    /** Recent ends, oldest first: {@code "1 COMMITTED, 2 FAILED"}. */
    String ends() {
        return collection().jobs(null).reversed().stream()
                .filter(job -> job.state().isEnd())
                .map(job -> job.update() + " " + job.state())
                .collect(Collectors.joining(", "));
    }

    List<EventType> events(String workflowId) {
        return client.fetchHistory(workflowId).getHistory().getEventsList().stream()
                .map(event -> event.getEventType())
                .toList();
    }

    /** How many runs of the collection there are, closed ones too. */
    long runs() throws InterruptedException {
        // The list is a little behind.
        Thread.sleep(500);
        return client.listExecutions("WorkflowId = '" + ID + "'").count();
    }

    long count(EventType type) {
        return events(ID).stream().filter(type::equals).count();
    }
}
