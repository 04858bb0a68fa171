package dev.littoral.worker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Workers that are killed and paused. One that is killed, or that finds its store away at the start, is started again.
 */
final class Fleet implements AutoCloseable {
    private final Path folder;
    private final String catalog;
    private final String taskQueue;
    private final Map<String, String> environment;
    private final Consumer<String> violations;
    private final List<WorkerProcess> workers = new ArrayList<>();
    private long startedAgain;

    Fleet(Path folder, String catalog, String taskQueue, Map<String, String> environment, Consumer<String> violations) {
        this.folder = folder;
        this.catalog = catalog;
        this.taskQueue = taskQueue;
        this.environment = environment;
        this.violations = violations;
    }

    void start(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            workers.add(launch());
        }
        workers.forEach(WorkerProcess::awaitReady);
    }

    private WorkerProcess launch() throws Exception {
        return WorkerProcess.start(folder, catalog, taskQueue, environment);
    }

    int size() {
        return workers.size();
    }

    synchronized void kill(int worker) throws Exception {
        workers.get(worker).kill();
        workers.set(worker, launch());
    }

    synchronized WorkerProcess get(int worker) {
        return workers.get(worker);
    }

    /** Starts those again that could not start. One that was ready ends only when it is killed. */
    synchronized void supervise() throws Exception {
        for (int i = 0; i < workers.size(); i++) {
            WorkerProcess worker = workers.get(i);
            if (!worker.isAlive()) {
                if (worker.isReady()) {
                    violations.accept("a worker ended by itself: " + worker.log());
                }
                startedAgain++;
                workers.set(i, launch());
            }
        }
    }

    /** How many found their store away at the start. */
    synchronized long startedAgain() {
        return startedAgain;
    }

    /** Whether all are there. */
    synchronized boolean isReady() {
        return workers.stream().allMatch(worker -> worker.isAlive() && worker.isReady());
    }

    @Override
    public synchronized void close() {
        for (WorkerProcess worker : workers) {
            worker.kill();
        }
    }
}
