package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.COMMITTED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.littoral.workflows.model.CarriedState;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.FolderSpec;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class CarriedStateTest extends CollectionFixture {
    @Test
    void whatIsCarriedIsWhatWasThere() throws JsonProcessingException {
        running(A);
        finish(1);
        state.handle(new Message.Rejected("sourceChanged", "no uri"), now);
        state.handle(new Message.Pause(), now);
        change(A);
        state.ledger().served("request-1", 1);
        change(B);
        declare();

        assertThat(state.isBetweenUpdates()).isTrue();
        CollectionState next = restored(state);
        assertThat(next.carry()).isEqualTo(state.carry());
        assertThat(next.view().status()).isEqualTo(state.view().status());
        assertThat(CollectionFixture.jobs(next)).isEqualTo(CollectionFixture.jobs(state));
        assertThat(next.next(now)).isEqualTo(state.next(now)).isInstanceOf(Decision.Launch.class);
        assertThat(next.ledger().servedBefore("request-1")).isEqualTo(1);
        assertThat(next.ledger().servedBefore("request-2")).isZero();
    }

    @Test
    void whatATableMovedIsCarriedAndMissingFromOlderBuilds() throws JsonProcessingException {
        running(A);
        commit(1);
        closed(1, report(1, COMMITTED, 12L, 1_345L));
        state.inspected(1, head, Head.NONE, now);

        assertThat(restored(state).view().status().last()).isEqualTo(job(1));
        assertThat(List.of(job(1).movedRows(), job(1).keptRows())).isEqualTo(List.of(12L, 1_345L));
        ObjectNode older = (ObjectNode) Json.tree(state.carry());
        ((ObjectNode) older.at("/jobs/0")).remove(List.of("movedRows", "keptRows"));
        CollectionState next = new CollectionState("orders", state.options());
        next.restore(Json.JSON.convertValue(older, CarriedState.class));
        assertThat(next.view().status().last().state()).isEqualTo(COMMITTED);
        assertThat(next.view().status().last().keptRows()).isNull();
    }

    @Test
    void nothingIsCarriedWhileSomethingRunsOrIsStopped() {
        assertThat(state.isBetweenUpdates()).isFalse();
        running(A);
        assertThat(state.isBetweenUpdates()).isFalse();
        state.handle(new Message.CancelUpdate(), now);
        state.next(now);
        assertThat(state.isBetweenUpdates()).isFalse();
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertThat(state.isBetweenUpdates()).isTrue();
        state.handle(new Message.Retire(), now);
        assertThat(state.isBetweenUpdates()).isFalse();
    }

    @Test
    void whatIsCarriedHasABoundHoweverLargeTheSourcesAre() throws JsonProcessingException {
        state.opened(Head.NONE);
        for (int i = 0; i < 1_000; i++) {
            change(new ExternalSource(
                    "s3://lake/" + i + "/",
                    new FolderSpec("parquet", List.of("x".repeat(60_000)), null, null, null, null)));
            state.handle(new Message.Rejected("sourceChanged", "x".repeat(600)), now);
            state.ledger().served("request-" + i, i);
        }

        assertThat(Json.JSON.writeValueAsBytes(state.carry())).hasSizeLessThan(1_500_000);
        assertThat(Json.JSON.writeValueAsBytes(CollectionFixture.jobs(state))).hasSizeLessThan(1_500_000);
        assertThat(state.view().status().rejected()).hasSize(20);
        assertThat(state.ledger().servedBefore("request-799")).isZero();
        assertThat(state.ledger().servedBefore("request-800")).isEqualTo(800);
        assertThat(restored(state).carry()).isEqualTo(state.carry());
    }

    @Test
    void anUpdateIsRenewedWhenTheHistoryIsTooLong() {
        running(A);
        state.jobs().renew(now);

        assertThat(state.next(now)).isEqualTo(new Decision.Idle(null));
        assertThat(CollectionFixture.stopping(state)).containsExactly(1L);
        state.jobs().renew(now);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, SUPERSEDED, "history is too long: update 2 takes its place");
        assertThat(state.isBetweenUpdates()).isTrue();
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(2)));
    }
}
