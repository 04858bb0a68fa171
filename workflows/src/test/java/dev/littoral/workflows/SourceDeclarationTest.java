package dev.littoral.workflows;

import static dev.littoral.workflows.model.UpdateState.FAILED;
import static dev.littoral.workflows.model.UpdateState.SUPERSEDED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.HeadKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceDeclarationTest extends CollectionFixture {
    @Test
    void aDeclarationThatFailedIsTriedAgainByTheNextRefresh() {
        running(A);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);

        assertEnd(2, FAILED, "no answer");
        assertThat(state.view().isSettled(2)).isTrue();
        assertThat(state.view().status().source()).isEqualTo(B);
        closed(1, cancelled());
        state.inspected(1, head, Head.NONE, now);
        assertEnd(1, SUPERSEDED, "takes its place");
        assertThat(state.next(now)).isEqualTo(new Decision.Idle(now.plus(Duration.ofHours(1))));
        refresh();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(3)));
        assertThat(job(3).source()).isEqualTo(B);
        assertThat(change(B).job()).isEqualTo(3);
    }

    @Test
    void afterADeclarationThatFailedEvenTheOldSourceIsDeclaredSoThatItCannotComeBetween() {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        long back = change(A).job();

        assertThat(state.view().isSettled(back)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(back)));
        assertThat(state.isDeclared(A)).isFalse();
        declare();
        assertThat(state.isDeclared(A)).isTrue();
        launch();
        finish(back);
        assertThat(head.generation()).isEqualTo(2);
    }

    @Test
    void aDeclarationThatComesThroughLateDoesNotTakeTheNewerWishAway() {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        long back = change(A).job();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        head = next(head, HeadKind.DECLARED, B, 2);
        state.moved(head, now);

        assertThat(state.isDeclared(A)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(back)));
        assertThat(state.view().status().source()).isEqualTo(A);
    }

    @Test
    void theNextRunKnowsOfADeclarationThatMayComeThrough() throws JsonProcessingException {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        CollectionState next = restored(state);

        assertThat(next.isDeclared(A)).isFalse();
    }

    @Test
    void aDeclarationThatComesThroughLateIsUsedByTheSameWish() {
        running(A);
        finish(1);
        change(B);
        state.next(now);
        state.declarationFailed(new FailureReason(FailureType.TRANSIENT, "no answer"), now);
        long again = change(B).job();
        assertThat(state.next(now)).isInstanceOf(Decision.Declare.class);
        head = next(head, HeadKind.DECLARED, B, 2);
        state.moved(head, now);

        assertThat(state.view().isSettled(again)).isTrue();
        assertThat(state.view().answer(again).generation()).isEqualTo(2);
        state.declared(now);
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(again)));
    }

    @Test
    void aSourceThatWasDeclaredElsewhereIsFollowed() {
        running(A);
        head = next(head, HeadKind.DECLARED, C, 55);
        closed(1, report(1, SUPERSEDED));
        state.inspected(1, head, Head.NONE, now);

        assertThat(state.view().status().source()).isEqualTo(C);
        assertThat(state.view().status().generation()).isEqualTo(2);
        assertThat(refresh().job()).as("numbers go on after the other's").isEqualTo(56);
        assertThat(state.next(now)).isEqualTo(new Decision.Launch(job(56)));
    }

    @Test
    void aWishThatWaitsIsDeclaredOverWhatWasDeclaredElsewhere() {
        running(A);
        change(B);
        state.next(now);
        head = next(head, HeadKind.DECLARED, C, 55);
        state.moved(head, now);

        assertThat(state.view().isSettled(2)).isFalse();
        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(56)));
        declare();
        assertThat(head.generation()).isEqualTo(3);
        assertThat(state.view().isSettled(2)).isTrue();
        assertThat(state.view().answer(2)).isEqualTo(state.view().answer(56));
    }

    @Test
    void aRefreshThatWaitsAnswersWithTheGenerationOfWhatItWillList() {
        running(A);
        long waiting = refresh().job();
        assertThat(state.view().answer(waiting).generation()).isEqualTo(1);
        head = next(head, HeadKind.DECLARED, C, 55);
        closed(1, report(1, SUPERSEDED));
        state.inspected(1, head, Head.NONE, now);

        assertThat(state.next(now)).isEqualTo(new Decision.Declare(job(waiting)));
        assertThat(state.view().answer(waiting).generation()).isZero();
    }

    @Test
    void onlyANewerVersionThatRollsBackPauses() {
        for (boolean honors : new boolean[] {true, false}) {
            SourceDeclaration declaration = new SourceDeclaration();
            if (honors) {
                declaration.honorRollbacks();
            }
            Head first = next(Head.NONE, HeadKind.COMMITTED, A, 1);
            Head back = next(first, HeadKind.ROLLED_BACK, A, 1);
            declaration.advance(first);
            assertThat(declaration.isPausedByRollback()).isFalse();
            declaration.advance(back);
            assertThat(declaration.isPausedByRollback()).isEqualTo(honors);
            declaration.release();
            declaration.advance(back);
            assertThat(declaration.isPausedByRollback()).as("it is no newer").isFalse();
            declaration.advance(first);
            assertThat(declaration.head()).isEqualTo(back);
            declaration.advance(next(back, HeadKind.ROLLED_BACK, A, 1));
            assertThat(declaration.isPausedByRollback()).isEqualTo(honors);
            declaration.advance(next(declaration.head(), HeadKind.COMMITTED, A, 2));
            assertThat(declaration.isPausedByRollback()).isFalse();
        }
    }
}
