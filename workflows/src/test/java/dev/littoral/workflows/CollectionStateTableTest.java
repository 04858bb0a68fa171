package dev.littoral.workflows;

import static dev.littoral.workflows.CollectionFixture.A;
import static dev.littoral.workflows.CollectionFixture.B;
import static dev.littoral.workflows.CollectionFixture.C;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.CollectionOptions;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import dev.littoral.workflows.model.UpdateState;
import dev.littoral.workflows.spec.RollbackTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Walks the state table in the Javadoc of {@link CollectionPhase}: every state with every event. */
class CollectionStateTableTest {
    private static final Path SOURCE = Path.of("src/main/java/dev/littoral/workflows/CollectionPhase.java");
    private static final String NOTHING = "-";

    /** The columns after the state and its decision. */
    private enum Event {
        CHANGE,
        REFRESH,
        CANCEL,
        ROLLBACK,
        RETIRE,
        CLOSES,
        TIMER,
        DONE
    }

    private static List<List<String>> table() throws IOException {
        return Files.readString(SOURCE)
                .lines()
                .dropWhile(line -> !line.contains("<pre>"))
                .skip(1)
                .takeWhile(line -> !line.contains("</pre>"))
                .map(line -> List.of(line.replaceFirst(" \\* *", "").split(" +")))
                .toList();
    }

    static Stream<Arguments> cells() throws IOException {
        List<List<String>> table = table();
        List<String> columns = table.getFirst();
        return table.stream()
                .skip(1)
                .flatMap(row -> Arrays.stream(Event.values())
                        .map(event -> Arguments.of(
                                CollectionPhase.valueOf(row.getFirst()),
                                event,
                                row.get(columns.indexOf(column(event))))));
    }

    private static String column(Event event) {
        return event.name().toLowerCase(Locale.ROOT);
    }

    @Test
    void theTableHasARowForEachStateAndAColumnForEachEvent() throws IOException {
        List<List<String>> table = table();
        assertThat(table.getFirst().subList(0, 2)).containsExactly("state", "decision");
        assertThat(table.getFirst().stream().skip(2))
                .containsExactlyElementsOf(Arrays.stream(Event.values())
                        .map(CollectionStateTableTest::column)
                        .toList());
        assertThat(table.stream().skip(1).map(List::getFirst))
                .containsExactlyElementsOf(
                        Arrays.stream(CollectionPhase.values()).map(Enum::name).toList());
        assertThat(table).allMatch(row -> row.size() == Event.values().length + 2);
    }

    @ParameterizedTest(name = "{0} {1} -> {2}")
    @MethodSource("cells")
    void eachEventLeadsWhereTheTableSays(CollectionPhase from, Event event, String to) throws IOException {
        Machine machine = new Machine();
        machine.reach(from);
        assertDecision(machine.decide(), from);
        assertThat(machine.state.phase()).isEqualTo(from);
        assertThat(machine.canHappen(event)).as("%s can happen", event).isEqualTo(!to.equals(NOTHING));
        if (!to.equals(NOTHING)) {
            machine.happen(event);
            Decision decision = machine.decide();
            assertThat(machine.state.phase()).hasToString(to);
            assertDecision(decision, machine.state.phase());
        }
    }

    private static void assertDecision(Decision decision, CollectionPhase phase) throws IOException {
        String expected = table().stream()
                .filter(row -> row.getFirst().equals(phase.name()))
                .findFirst()
                .orElseThrow()
                .get(1);
        assertThat(decision.getClass().getSimpleName())
                .as("decision in %s", phase)
                .isEqualTo(expected);
    }

    /** A collection, and the log and the updates that it works with. */
    private static final class Machine {
        private final CollectionState state = new CollectionState(
                "orders", new CollectionOptions(1_000, Duration.ofHours(1), false, 1, Duration.ofDays(7), null));
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private Head head = Head.NONE;

        void reach(CollectionPhase phase) {
            switch (phase) {
                case STARTING -> {
                    state.jobs().checkUpdates();
                    state.rollbacks().enable();
                }
                case IDLE -> {
                    reach(CollectionPhase.STARTING);
                    state.opened(head);
                    change(A);
                    happen(Event.DONE);
                    happen(Event.DONE);
                    happen(Event.CLOSES);
                    happen(Event.DONE);
                }
                case DECLARING -> {
                    reach(CollectionPhase.IDLE);
                    change(B);
                }
                case LAUNCHING -> reach(CollectionPhase.IDLE, Event.REFRESH);
                case RUNNING -> reach(CollectionPhase.LAUNCHING, Event.DONE);
                case RUNNING_NEXT -> reach(CollectionPhase.RUNNING, Event.REFRESH);
                case STOPPING -> reach(CollectionPhase.RUNNING, Event.CANCEL);
                case STOPPING_NEXT -> reach(CollectionPhase.STOPPING, Event.REFRESH);
                case INSPECTING -> reach(CollectionPhase.RUNNING, Event.CLOSES);
                case RESTORING -> reach(CollectionPhase.IDLE, Event.ROLLBACK);
                case ENDING -> reach(CollectionPhase.RUNNING, Event.RETIRE);
                case RETIRING -> reach(CollectionPhase.IDLE, Event.RETIRE);
                case CLOSED -> reach(CollectionPhase.RETIRING, Event.DONE);
            }
        }

        private void reach(CollectionPhase phase, Event event) {
            reach(phase);
            happen(event);
        }

        boolean canHappen(Event event) {
            boolean opened = state.phase() != CollectionPhase.STARTING;
            return switch (event) {
                // No message is handled before a rollback is written.
                case CHANGE, REFRESH, CANCEL, ROLLBACK, RETIRE -> opened && state.phase() != CollectionPhase.RESTORING;
                case TIMER -> opened;
                case CLOSES -> !state.active().unclosed().isEmpty();
                case DONE -> !opened || !(decide() instanceof Decision.Idle);
            };
        }

        void happen(Event event) {
            switch (event) {
                case CHANGE -> change(C);
                case REFRESH -> state.handle(new Message.Refresh("refresh", null), now);
                case CANCEL -> state.handle(new Message.CancelUpdate(), now);
                case ROLLBACK -> state.handle(new Message.Rollback(new RollbackTarget(1, null), null), now);
                case RETIRE -> state.handle(new Message.Retire(), now);
                case CLOSES -> close(state.active().unclosed().getFirst());
                case TIMER -> now = now.plus(Duration.ofHours(1));
                case DONE -> carryOut(decide());
            }
        }

        private void change(ExternalSource source) {
            state.handle(new Message.ChangeSource(source, "changeSource", null), now);
        }

        private void close(long update) {
            if (state.active().isRunning(update)) {
                head = CollectionFixture.next(head, HeadKind.COMMITTED, head.source(), update);
                state.handle(
                        new Message.UpdateClosed(update, CollectionFixture.report(update, UpdateState.COMMITTED), null),
                        now);
            } else {
                state.handle(new Message.UpdateClosed(update, null, CollectionFixture.cancelled()), now);
            }
        }

        /** The next decision, after checks that found every update. */
        Decision decide() {
            Decision decision = state.next(now);
            while (decision instanceof Decision.CheckUpdates) {
                state.checked(List.of(), now);
                decision = state.next(now);
            }
            return decision;
        }

        private void carryOut(Decision decision) {
            switch (decision) {
                case Decision.Declare declare -> {
                    head = CollectionFixture.next(
                            head,
                            HeadKind.DECLARED,
                            declare.job().source(),
                            declare.job().update());
                    state.advanceHead(head);
                    state.declared(now);
                }
                case Decision.Launch launch -> state.launched(launch.job(), CollectionFixture.LAUNCH, now);
                case Decision.ReadHead read -> state.inspected(read.update(), head, Head.NONE, now);
                case Decision.RollBack ignored -> {
                    head = CollectionFixture.next(head, HeadKind.ROLLED_BACK, head.source(), state.lastUpdate());
                    state.advanceHead(head);
                    state.rollbacks().written(now);
                    state.declared(now);
                }
                case Decision.Retire ignored -> {
                    head = CollectionFixture.next(head, HeadKind.RETIRED, head.source(), state.lastUpdate());
                    state.advanceHead(head);
                    state.retired(now);
                }
                case Decision.Idle ignored -> state.opened(head);
                case Decision.CheckUpdates ignored -> throw new AssertionError("answered before");
            }
        }
    }
}
