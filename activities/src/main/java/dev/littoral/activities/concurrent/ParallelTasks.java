package dev.littoral.activities.concurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** Runs tasks in parallel, with structured concurrency: all have ended when the call returns. */
public final class ParallelTasks {
    private ParallelTasks() {}

    /**
     * The kind and number of threads that tasks run on.
     *
     * @param most how many at once, at least 1
     */
    public record Threads(int most, ThreadFactory factory) {
        /** Threads that may wait for a disk. */
        public static Threads platform(int most) {
            return new Threads(
                    most, Thread.ofPlatform().name("littoral-io-", 0).daemon().factory());
        }

        /** Threads that wait for nothing but the network: hundreds cost little. */
        public static Threads virtual(int most) {
            return new Threads(most, Thread.ofVirtual().name("littoral-net-", 0).factory());
        }
    }

    /** Runs tasks on up to {@code most} platform threads, as {@link #run(Threads, List, Class)} does. */
    public static <T, X extends Exception> List<T> run(int threads, List<? extends Callable<T>> tasks, Class<X> checked)
            throws InterruptedException, X {
        return run(Threads.platform(threads), tasks, checked);
    }

    /**
     * Runs tasks on threads and returns their results in order. The first failure, or an interrupt of the caller,
     * interrupts the rest; nothing runs any more when this returns.
     *
     * @param checked the checked exception that tasks may throw, which comes out as it is
     */
    public static <T, X extends Exception> List<T> run(
            Threads threads, List<? extends Callable<T>> tasks, Class<X> checked) throws InterruptedException, X {
        if (tasks.size() <= 1) {
            return alone(tasks, checked);
        }
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads.most(), tasks.size()), threads.factory());
        try {
            CompletionService<T> completed = new ExecutorCompletionService<>(pool);
            List<Future<T>> futures = new ArrayList<>(tasks.size());
            for (Callable<T> task : tasks) {
                futures.add(completed.submit(LogContext.handed(task)));
            }
            for (int i = 0; i < tasks.size(); i++) {
                completed.take().get();
            }
            List<T> results = new ArrayList<>(tasks.size());
            for (Future<T> future : futures) {
                results.add(future.resultNow());
            }
            return results;
        } catch (ExecutionException e) {
            throw failure(e.getCause(), checked);
        } finally {
            pool.shutdownNow();
            // Waits for tasks that are being interrupted, and keeps an interrupt of its own for the caller.
            pool.close();
        }
    }

    private static <T, X extends Exception> List<T> alone(List<? extends Callable<T>> tasks, Class<X> checked)
            throws InterruptedException, X {
        List<T> results = new ArrayList<>();
        for (Callable<T> task : tasks) {
            try {
                results.add(task.call());
            } catch (Exception e) {
                throw failure(e, checked);
            }
        }
        return results;
    }

    /** Never returns: rethrows a task's failure as what it is. */
    private static <X extends Exception> RuntimeException failure(Throwable failure, Class<X> checked)
            throws InterruptedException, X {
        if (checked.isInstance(failure)) {
            throw checked.cast(failure);
        }
        if (failure instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (failure instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException("A task failed with an undeclared exception", failure);
    }
}
