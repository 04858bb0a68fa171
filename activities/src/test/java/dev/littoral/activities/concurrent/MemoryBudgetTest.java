package dev.littoral.activities.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600)
class MemoryBudgetTest {
    private static final int ALL = 3200;

    private final MemoryBudget memory = new MemoryBudget(ALL);

    /** Who got what they waited for, in order. */
    private final List<String> given = Collections.synchronizedList(new ArrayList<>());

    private final List<Thread> started = new ArrayList<>();

    @AfterEach
    void endThoseThatWait() throws InterruptedException {
        for (Thread thread : started) {
            thread.interrupt();
            thread.join();
        }
    }

    /** A thread that takes bytes and keeps them; returns when it has them or waits. */
    private Thread takes(MemoryBudget budget, String owner, int bytes) throws InterruptedException {
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                budget.take(owner, bytes);
                given.add(owner + " " + bytes);
            } catch (InterruptedException e) {
                given.add(owner + " left");
            }
        });
        started.add(thread);
        while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        return thread;
    }

    private Thread takes(String owner, int bytes) throws InterruptedException {
        return takes(memory, owner, bytes);
    }

    private Thread waits(String owner, int bytes) throws InterruptedException {
        Thread thread = takes(owner, bytes);
        assertThat(thread.isAlive()).as("%s waits for %d", owner, bytes).isTrue();
        return thread;
    }

    @Test
    void anOwnerAloneHasHalf() throws Exception {
        memory.take("a", 1000);
        memory.take("a", 600);
        Thread more = waits("a", 1);
        memory.giveBack("a", 600);
        more.join();
        assertThat(given).containsExactly("a 1");
    }

    @Test
    void eachFurtherOwnerHasHalfOfWhatOthersLeave() throws Exception {
        for (int share = ALL / 2; share >= 25; share /= 2) {
            memory.take("owner of " + share, share);
            waits("owner of " + share, 1);
        }
        // However many there are, another one gets something.
        memory.take("other", 10);
        assertThat(given).isEmpty();
    }

    /** What a store does that answers slowly to as many threads as there are. */
    @Test
    void anOwnerWhoseThreadsGiveNothingBackAndWaitForMoreDoesNotStopAnother() throws Exception {
        List<Thread> slow = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            slow.add(takes("slow", 800));
        }
        assertThat(slow.stream().filter(Thread::isAlive)).hasSize(18);
        for (int i = 0; i < 100; i++) {
            memory.take("healthy", 800);
            memory.giveBack("healthy", 800);
            memory.take("healthy", 1);
            memory.take("healthy", 399);
            memory.giveBack("healthy", 1);
            memory.giveBack("healthy", 399);
        }
        assertThat(given).hasSize(2);
        for (int i = 0; i < 20; i++) {
            while (given.size() < Math.min(20, i + 2)) {
                Thread.sleep(1);
            }
            memory.giveBack("slow", 800);
        }
        assertThat(given).hasSize(20).containsOnly("slow 800");
    }

    @Test
    void aRequestForMoreThanAnOwnerMayHaveGetsAllOfThatWhenNobodyElseHasAny() throws Exception {
        memory.take("a", 1);
        Thread large = waits("b", Integer.MAX_VALUE);
        memory.giveBack("a", 1);
        large.join();
        waits("b", 1).interrupt();
        memory.take("a", ALL / 4);
        memory.giveBack("b", Integer.MAX_VALUE);
        memory.giveBack("a", ALL / 4);
        memory.take("a", ALL);
    }

    @Test
    void whoHoldsLessGoesFirstAndThenWhoCameFirst() throws Exception {
        memory.take("busy", 1600);
        memory.take("other", 800);
        memory.take("some", 300);
        Thread first = waits("busy", 200);
        Thread second = waits("some", 300);
        Thread third = waits("new", 300);
        Thread fourth = waits("newer", 300);
        memory.giveBack("other", 800);
        third.join();
        fourth.join();
        assertThat(given).containsExactlyInAnyOrder("new 300", "newer 300");
        assertThat(second.isAlive()).isTrue();
        memory.giveBack("busy", 1600);
        second.join();
        first.join();
        assertThat(given).hasSize(4);
    }

    @Test
    void requestsOfOneOwnerAreGivenInOrder() throws Exception {
        memory.take("a", 1600);
        List<Thread> waiting = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            waiting.add(waits("a", 1600 - i));
        }
        for (int i = 0; i < 5; i++) {
            memory.giveBack("a", 1600 - i);
            waiting.get(i).join();
            assertThat(given).hasSize(i + 1).last().isEqualTo("a " + (1600 - i - 1));
        }
    }

    /** Small requests come all the time, so that there is never all of the memory for a large one by itself. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void requestsOfManyDoNotStarveALargerOne(int owners) throws Exception {
        List<Thread> flood = new ArrayList<>();
        AtomicInteger running = new AtomicInteger(1);
        for (int i = 0; i < owners * 20; i++) {
            String owner = "busy " + i % owners;
            flood.add(Thread.ofPlatform().start(() -> {
                try {
                    while (running.get() > 0) {
                        memory.take(owner, 100);
                        Thread.sleep(1);
                        memory.giveBack(owner, 100);
                    }
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (int i = 0; i < 20; i++) {
            memory.take("large", ALL / 4);
            Thread.sleep(1);
            memory.giveBack("large", ALL / 4);
        }
        running.set(0);
        for (Thread thread : flood) {
            thread.join();
        }
    }

    @Test
    void smallRequestsPassALargeOneThatWaitsForSlowOwners() throws Exception {
        memory.take("slow", 1600);
        memory.take("slower", 800);
        Thread large = waits("large", 800);
        // A sixteenth.
        memory.take("small", 150);
        memory.take("small", 50);
        Thread beyond = waits("small", 1);
        // It would fit, but comes behind one that has waited for longer.
        Thread behind = waits("behind", 201);
        memory.giveBack("small", 50);
        beyond.join();
        memory.giveBack("small", 1);
        memory.giveBack("small", 150);
        memory.giveBack("slower", 800);
        large.join();
        behind.join();
        assertThat(given).containsExactlyInAnyOrder("small 1", "large 800", "behind 201");
    }

    @Test
    void whoLeavesLetsThoseBehindIn() throws Exception {
        memory.take("slow", 1600);
        memory.take("slower", 800);
        Thread large = waits("large", 800);
        Thread behind = waits("behind", 300);
        large.interrupt();
        large.join();
        behind.join();
        assertThat(given).containsExactlyInAnyOrder("large left", "behind 300");
        memory.giveBack("behind", 300);
        memory.giveBack("slower", 800);
        memory.giveBack("slow", 1600);
        memory.take("large", ALL);
    }

    @Test
    void anInterruptedThreadGetsNothing() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> memory.take("a", 10)).isInstanceOf(InterruptedException.class);
        memory.take("a", ALL);
    }

    @Test
    void requestsForNothingWaitForNobody() throws Exception {
        memory.take("a", 1600);
        memory.take("b", 800);
        waits("a", 1);
        memory.take("a", 0);
        memory.giveBack("a", 0);
        memory.giveBack("nobody", 0);
    }

    @Test
    void smallRequestsWaitForNoLargeOnesOfTheSameOwner() throws Exception {
        MemoryBudget halves = MemoryBudget.inHalves(2 * ALL);
        halves.take("a", ALL);
        assertThat(takes(halves, "a", ALL / 4 + 1).isAlive()).isTrue();
        halves.take("a", ALL / 4);
        halves.take("a", ALL / 4);
        assertThat(takes(halves, "a", 1).isAlive()).isTrue();
        halves.take("b", ALL / 4);
    }

    /** So together they are no more than the half of it, or one alone is. */
    @Test
    void besideARequestForMoreThanAnOwnerMayHaveThereIsNoOtherLargeOne() throws Exception {
        MemoryBudget halves = MemoryBudget.inHalves(2 * ALL);
        halves.take("a", 10 * ALL);
        Thread other = takes(halves, "b", ALL / 4 + 1);
        assertThat(other.isAlive()).isTrue();
        halves.giveBack("a", 10 * ALL);
        other.join();
        Thread more = takes(halves, "c", 10 * ALL);
        assertThat(more.isAlive()).isTrue();
        halves.giveBack("b", ALL / 4 + 1);
        more.join();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverManyTakeTheyHoldNoMoreThanThereIsAndAllComesBack(long seed) throws Exception {
        AtomicInteger held = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> {
                Random random = new Random(100 * seed + number);
                String owner = "owner " + number % 5;
                for (int round = 0; round < 300; round++) {
                    int bytes = random.nextInt(random.nextBoolean() ? 50 : 2 * ALL);
                    int taken = Math.min(bytes, ALL / 2);
                    if (random.nextInt(10) == 0) {
                        Thread.currentThread().interrupt();
                    }
                    try {
                        memory.take(owner, bytes);
                    } catch (InterruptedException e) {
                        continue;
                    }
                    most.accumulateAndGet(held.addAndGet(taken), Math::max);
                    Thread.onSpinWait();
                    held.addAndGet(-taken);
                    memory.giveBack(owner, bytes);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isBetween(1, ALL);
        memory.take("last", ALL);
    }
}
