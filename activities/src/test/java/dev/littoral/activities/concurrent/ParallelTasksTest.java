package dev.littoral.activities.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class ParallelTasksTest {
    /** Waits for what never comes, until it is interrupted. */
    private static final Callable<Integer> FOREVER = () -> {
        new CountDownLatch(1).await();
        return 0;
    };

    private static List<Callable<Integer>> tasks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> (Callable<Integer>) () -> i)
                .toList();
    }

    @Test
    void resultsComeInTheOrderOfTheTasks() throws Exception {
        for (int count : new int[] {0, 1, 2, 3, 500}) {
            assertThat(ParallelTasks.run(4, tasks(count), RuntimeException.class))
                    .isEqualTo(IntStream.range(0, count).boxed().toList());
        }
    }

    @Test
    void aResultMayBeNull() throws Exception {
        List<Callable<String>> tasks = Collections.nCopies(3, () -> null);
        assertThat(ParallelTasks.run(2, tasks, RuntimeException.class)).containsExactly(null, null, null);
    }

    @Test
    void noMoreRunAtOnceThanThreadsAreGiven() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Callable<Void>> tasks = Collections.nCopies(200, () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            running.decrementAndGet();
            return null;
        });
        ParallelTasks.run(3, tasks, RuntimeException.class);
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void tasksRunSideBySide() throws Exception {
        CountDownLatch all = new CountDownLatch(3);
        List<Callable<Void>> tasks = Collections.nCopies(3, () -> {
            all.countDown();
            all.await();
            return null;
        });
        assertThat(ParallelTasks.run(3, tasks, RuntimeException.class)).hasSize(3);
    }

    @Test
    void theFirstFailureInterruptsTheRestAndNothingRunsAfterwards() throws Exception {
        for (Exception failure : List.of(new IOException("io"), new IllegalStateException("bug"))) {
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            AtomicInteger interrupted = new AtomicInteger();
            AtomicInteger started = new AtomicInteger();
            CountDownLatch waiting = new CountDownLatch(2);
            Callable<Integer> waits = () -> {
                threads.add(Thread.currentThread());
                started.incrementAndGet();
                waiting.countDown();
                try {
                    return FOREVER.call();
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                    throw e;
                }
            };
            Callable<Integer> fails = () -> {
                threads.add(Thread.currentThread());
                waiting.await();
                throw failure;
            };
            List<Callable<Integer>> tasks = new ArrayList<>(List.of(waits, waits, fails));
            tasks.addAll(Collections.nCopies(50, waits));
            assertThatThrownBy(() -> ParallelTasks.run(3, tasks, IOException.class))
                    .isSameAs(failure);
            assertThat(interrupted.get()).isEqualTo(started.get());
            // No task runs; the threads themselves need a moment more to end.
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofMinutes(8))).isTrue();
            }
        }
    }

    @Test
    void aTaskAloneFailsAsOneOfManyDoes() {
        IOException io = new IOException("io");
        assertThatThrownBy(() -> ParallelTasks.run(3, List.of(failing(io)), IOException.class))
                .isSameAs(io);
        Error error = new AssertionError("error");
        assertThatThrownBy(() -> ParallelTasks.run(3, List.of(failing(error)), IOException.class))
                .isSameAs(error);
        assertThatThrownBy(() -> ParallelTasks.run(3, List.of(failing(error), FOREVER), IOException.class))
                .isSameAs(error);
    }

    @Test
    void anUndeclaredExceptionIsABug() {
        IOException io = new IOException("io");
        assertThatThrownBy(() -> ParallelTasks.run(3, List.of(failing(io), FOREVER), RuntimeException.class))
                .isInstanceOf(IllegalStateException.class)
                .hasCause(io);
    }

    private static Callable<Integer> failing(Throwable failure) {
        return () -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        };
    }

    @Test
    void anInterruptOfTheCallerInterruptsTheTasksAndNothingRunsAfterwards() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch started = new CountDownLatch(3);
        Callable<Integer> waits = () -> {
            threads.add(Thread.currentThread());
            started.countDown();
            return FOREVER.call();
        };
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                ParallelTasks.run(3, Collections.nCopies(10, waits), RuntimeException.class);
            } catch (InterruptedException e) {
                end.set(e);
            }
        });
        started.await();
        caller.interrupt();
        caller.join();
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        assertThat(threads).hasSize(3);
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofMinutes(8))).isTrue();
        }
    }

    /** One that cannot be stopped at once is waited for. */
    @Test
    void whatHasBegunIsAtItsEndWhenTheFailureComesOut() {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger finished = new AtomicInteger();
        Callable<Integer> stubborn = () -> {
            begun.countDown();
            try {
                return FOREVER.call();
            } catch (InterruptedException e) {
                return finished.incrementAndGet();
            }
        };
        Callable<Integer> fails = () -> {
            begun.await();
            throw new IOException("io");
        };
        assertThatThrownBy(() -> ParallelTasks.run(2, List.of(stubborn, fails), IOException.class))
                .isInstanceOf(IOException.class);
        assertThat(finished.get()).isEqualTo(1);
    }
}
