package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdaptiveConcurrencyLimitTest {
    private static final int MOST = 256;
    private static final long MILLI = 1_000_000;

    private final AdaptiveConcurrencyLimit limit = new AdaptiveConcurrencyLimit(MOST);

    /**
     * A store in a time of its own that gets as many requests as the limit lets in.
     *
     * @param servers so many requests are worked on at once, others wait
     * @param refusesFrom so many requests at once are too many
     */
    private record Store(int servers, int refusesFrom, double serviceMillis, SplittableRandom random) {
        Store(int servers, int refusesFrom) {
            this(servers, refusesFrom, 20, new SplittableRandom(7));
        }
    }

    /** How a run went. */
    private record Run(long answered, long refused, long millis) {
        double perSecond() {
            return answered * 1_000.0 / millis;
        }
    }

    private record Request(long began, long ends, AdaptiveConcurrencyLimit.End end) {}

    private long now;

    private void end(AdaptiveConcurrencyLimit.End end, long began, long at) {
        limit.ended(end, began, at);
        limit.done("lake", true);
    }

    private Run run(Store store, int requests) throws InterruptedException {
        long begun = now;
        PriorityQueue<Request> running = new PriorityQueue<>(Comparator.comparingLong(Request::ends));
        Deque<Long> free = new ArrayDeque<>();
        for (int i = 0; i < store.servers(); i++) {
            free.add(now);
        }
        int answered = 0;
        int refused = 0;
        while (answered < requests) {
            while (limit.beganAtOnce("lake")) {
                if (running.size() >= store.refusesFrom()) {
                    running.add(new Request(now, now + MILLI, AdaptiveConcurrencyLimit.End.THROTTLED));
                    continue;
                }
                // Half of them take up to three times as long as the others, as they do in stores.
                double millis = store.serviceMillis()
                        * (store.random().nextBoolean()
                                ? 1
                                : 1 + 2 * store.random().nextDouble());
                long ends = Math.max(now, free.poll()) + (long) (millis * MILLI);
                free.add(ends);
                running.add(new Request(now, ends, AdaptiveConcurrencyLimit.End.TELLING));
            }
            Request next = running.poll();
            now = next.ends();
            end(next.end(), next.began(), now);
            if (next.end() == AdaptiveConcurrencyLimit.End.TELLING) {
                answered++;
            } else {
                refused++;
            }
        }
        running.forEach(request -> end(AdaptiveConcurrencyLimit.End.OTHER, request.began(), now));
        return new Run(answered, refused, (now - begun) / MILLI);
    }

    @Test
    void aStoreThatAnswersAsFastHoweverManyItIsAskedGetsTheMost() throws InterruptedException {
        run(new Store(MOST, Integer.MAX_VALUE), 10_000);
        assertThat(limit.limit()).isEqualTo(MOST);
    }

    @Test
    void aStoreThatLetsRequestsWaitGetsFewMoreThanItWorksOn() throws InterruptedException {
        run(new Store(30, Integer.MAX_VALUE), 20_000);
        assertThat(limit.limit()).isBetween(30, 90);
        assertThat(run(new Store(30, Integer.MAX_VALUE), 20_000).perSecond()).isGreaterThan(0.9 * 30 * 1_000 / 30);
    }

    @Test
    void aStoreThatRefusesRequestsIsNotAskedForTooManyAgainAndAgain() throws InterruptedException {
        Run run = run(new Store(MOST, 40), 20_000);
        assertThat(run.refused()).isLessThan(run.answered() / 50);
        assertThat(run.perSecond()).isGreaterThan(0.75 * 40 * 1_000 / 30);
        assertThat(limit.limit()).isBetween(20, 45);
    }

    @Test
    void aStoreThatGetsBusyIsAskedForLessUntilItIsNot() throws InterruptedException {
        run(new Store(200, Integer.MAX_VALUE), 10_000);
        int before = limit.limit();
        run(new Store(20, Integer.MAX_VALUE), 5_000);
        assertThat(limit.limit()).isLessThan(100).isLessThan(before);
        run(new Store(200, Integer.MAX_VALUE), 10_000);
        assertThat(limit.limit()).isEqualTo(MOST);
    }

    @Test
    void aStoreThatIsSlowerForGoodBecomesTheUsualOne() throws InterruptedException {
        run(new Store(MOST, Integer.MAX_VALUE), 10_000);
        Store slower = new Store(MOST, Integer.MAX_VALUE, 100, new SplittableRandom(7));
        run(slower, 1_000);
        assertThat(limit.limit()).isLessThan(MOST / 2);
        run(slower, 50_000);
        assertThat(limit.limit()).isEqualTo(MOST);
    }

    @Test
    void whatIsUsualIsMeasuredWithFewAndNotForLong() throws InterruptedException {
        Store store = new Store(MOST, Integer.MAX_VALUE);
        run(store, 10_000);
        while (limit.limit() == MOST) {
            run(store, 1);
        }
        assertThat(limit.limit()).isEqualTo(MOST / 4);

        // Nobody reads any more.
        assertThat(limit.beganAtOnce("lake")).isTrue();
        end(AdaptiveConcurrencyLimit.End.OTHER, now, now + 2_000 * MILLI);
        assertThat(limit.limit()).isEqualTo(MOST);
    }

    @Test
    void whoAsksForLittleDoesNotMakeTheLimitGrow() throws InterruptedException {
        int before = limit.limit();
        for (int i = 0; i < 1_000; i++) {
            assertThat(limit.beganAtOnce("lake")).isTrue();
            end(AdaptiveConcurrencyLimit.End.TELLING, now, now += MILLI);
        }
        assertThat(limit.limit()).isEqualTo(before);
    }

    @Test
    void requestsSentBeforeItShrankDoNotShrinkItAgain() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            assertThat(limit.beganAtOnce("lake")).isTrue();
        }
        int before = limit.limit();
        for (int i = 0; i < 10; i++) {
            end(AdaptiveConcurrencyLimit.End.THROTTLED, i, 1_000);
        }
        assertThat(limit.limit()).isEqualTo((int) (before * 0.7));
    }

    @Test
    void someAlwaysGo() throws InterruptedException {
        for (int i = 1; i < 100; i++) {
            assertThat(limit.beganAtOnce("lake")).isTrue();
            end(AdaptiveConcurrencyLimit.End.THROTTLED, i, i);
        }
        assertThat(limit.limit()).isEqualTo(4);
    }

    @Test
    void whoWaitsIsLetInWhenAnotherEndsOrLeavesWhenInterrupted() throws Exception {
        while (limit.beganAtOnce("lake")) {
            // Until it is full.
        }
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                limit.begin("lake");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(waiting.join(Duration.ofMillis(50))).isFalse();
        end(AdaptiveConcurrencyLimit.End.OTHER, 0, 0);
        assertThat(waiting.join(Duration.ofMinutes(8))).isTrue();
        assertThat(limit.beganAtOnce("lake")).isFalse();

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> limit.begin("lake")).isInstanceOf(InterruptedException.class);
    }

    @Test
    void whoCameFirstGoesFirst() throws Exception {
        while (limit.beganAtOnce("lake")) {
            // Until it is full.
        }
        List<Integer> turns = Collections.synchronizedList(new ArrayList<>());
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    limit.begin("lake");
                    turns.add(number);
                    limit.done("lake", true);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.add(thread);
            while (thread.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
        }
        limit.done("lake", true);
        // The turn is theirs, though nobody has taken it yet.
        limit.begin("lake");
        assertThat(turns).containsExactly(0, 1, 2, 3, 4);
        for (Thread thread : waiting) {
            thread.join();
        }
    }

    @Test
    void anAddressAloneHasTheWholeLimit() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            int taken = 0;
            while (limit.beganAtOnce("lake")) {
                taken++;
            }
            assertThat(taken).isEqualTo(limit.limit());
            for (int j = 0; j < taken; j++) {
                limit.done("lake", true);
            }
            // Any number from the greatest to the smallest.
            end("lake", i == 0 ? AdaptiveConcurrencyLimit.End.OTHER : AdaptiveConcurrencyLimit.End.THROTTLED, i);
        }
    }

    private void end(String address, AdaptiveConcurrencyLimit.End end, long at) throws InterruptedException {
        assertThat(limit.beganAtOnce(address)).isTrue();
        limit.ended(end, at, at);
        limit.done(address, true);
    }

    @Test
    void anAddressThatHoldsAllItMayLeavesTurnsToOthers() throws InterruptedException {
        while (limit.beganAtOnce("stuck")) {
            // Until it is full.
        }
        for (int i = 0; i < 100; i++) {
            assertThat(limit.beganAtOnce("lake")).isTrue();
            limit.done("lake", true);
        }
        int taken = 0;
        while (limit.beganAtOnce("lake")) {
            taken++;
        }
        assertThat(taken).isGreaterThan(2).isLessThan(limit.limit() / 2);
        assertThat(limit.beganAtOnce("third")).isTrue();
        assertThat(limit.beganAtOnce("stuck")).isFalse();
    }

    @Test
    void whoseAddressHasFewestTurnsGoesFirst() throws Exception {
        for (int i = 0; i < 16; i++) {
            end("other", AdaptiveConcurrencyLimit.End.OTHER, now);
        }
        while (limit.beganAtOnce("busy")) {
            // Until it is full.
        }
        while (limit.beganAtOnce("other")) {
            // Until there is nothing left for it.
        }
        List<String> turns = Collections.synchronizedList(new ArrayList<>());
        List<Thread> waiting = new ArrayList<>();
        for (String address : List.of("busy", "busy", "other")) {
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    limit.begin(address);
                    turns.add(address);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.add(thread);
            while (thread.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
        }
        assertThat(limit.waiting()).isEqualTo(3);
        limit.done("other", true);
        waiting.getLast().join();
        assertThat(turns).containsExactly("other");
        // The busy one gets none before it holds no more than its share.
        limit.done("busy", true);
        assertThat(limit.waiting()).isEqualTo(2);
        for (int i = 0; i < 8; i++) {
            limit.done("busy", true);
        }
        for (Thread thread : waiting) {
            thread.join();
        }
        assertThat(turns).containsExactly("other", "busy", "busy");
        assertThat(limit.waiting()).isZero();
    }

    @Test
    void whoLeavesInterruptedHoldsNoTurn() throws Exception {
        while (limit.beganAtOnce("lake")) {
            // Until it is full.
        }
        Thread leaving = Thread.ofPlatform().start(() -> {
            try {
                limit.begin("lake");
            } catch (InterruptedException e) {
                return;
            }
        });
        while (limit.waiting() == 0) {
            Thread.sleep(1);
        }
        leaving.interrupt();
        leaving.join();
        assertThat(limit.waiting()).isZero();
        limit.done("lake", true);
        assertThat(limit.beganAtOnce("lake")).isTrue();
        assertThat(limit.beganAtOnce("lake")).isFalse();
    }

    private static final int STUCK = 20;

    /** Lets each stuck address take all that it may, as it has more files than there are turns. */
    private void takeAll(Deque<String> held) throws InterruptedException {
        for (int i = 0; i < STUCK; i++) {
            while (limit.beganAtOnce("stuck " + i)) {
                held.add("stuck " + i);
            }
        }
    }

    /** Each request that is on its way is cut off as it brings nothing, and others take its turn at once. */
    private void cutOff(Deque<String> held) throws InterruptedException {
        for (int i = held.size(); i > 0; i--) {
            limit.done(held.remove(), false);
            takeAll(held);
        }
    }

    @Test
    void howeverManyAddressesHaveStoppedAnsweringOneThatAnswersGetsItsTurns() throws InterruptedException {
        Deque<String> held = new ArrayDeque<>();
        takeAll(held);
        boolean begun = limit.beganAtOnce("lake");
        for (int i = 0; i < 4 && !begun; i++) {
            cutOff(held);
            begun = limit.beganAtOnce("lake");
        }
        assertThat(begun).isTrue();
        limit.done("lake", true);
        for (int i = 0; i < 1_000; i++) {
            takeAll(held);
            if (i % 10 == 0) {
                cutOff(held);
            }
            assertThat(limit.beganAtOnce("lake")).as("turn %d", i).isTrue();
            limit.done("lake", true);
        }
        int taken = 0;
        while (limit.beganAtOnce("lake")) {
            taken++;
        }
        assertThat(taken).isGreaterThan(2);
        assertThat(held).isNotEmpty().hasSizeLessThan(AdaptiveConcurrencyLimit.withReserve(limit.limit()));
    }

    /** What they hold was let in when the limit was larger, and they give nothing back. */
    @Test
    void addressesThatHaveStoppedAnsweringTakeNothingFromALimitThatShrinks() throws InterruptedException {
        Deque<String> held = new ArrayDeque<>();
        for (int i = 0; i < 5; i++) {
            takeAll(held);
            cutOff(held);
        }
        for (int i = 1; i < 20; i++) {
            limit.ended(AdaptiveConcurrencyLimit.End.THROTTLED, i, i);
        }
        assertThat(held).hasSizeGreaterThan(AdaptiveConcurrencyLimit.withReserve(limit.limit()));
        for (int i = 0; i < 100; i++) {
            assertThat(limit.beganAtOnce("lake")).isTrue();
            limit.done("lake", true);
        }
    }

    @Test
    void anAddressThatAnswersAgainHasItsTurnsAgain() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            assertThat(limit.beganAtOnce("lake")).isTrue();
            limit.done("lake", false);
        }
        int lost = turnsBesideOthers();
        for (int i = 0; i < 100; i++) {
            assertThat(limit.beganAtOnce("lake")).isTrue();
            limit.done("lake", true);
        }
        assertThat(turnsBesideOthers()).isGreaterThan(lost);
    }

    /** How many an address gets where two others hold what they may. */
    private int turnsBesideOthers() throws InterruptedException {
        Deque<String> held = new ArrayDeque<>();
        for (String other : List.of("first", "second")) {
            while (limit.beganAtOnce(other)) {
                held.add(other);
            }
        }
        int turns = 0;
        while (limit.beganAtOnce("lake")) {
            turns++;
        }
        for (int i = 0; i < turns; i++) {
            limit.done("lake", true);
        }
        held.forEach(other -> limit.done(other, false));
        return turns;
    }
}
