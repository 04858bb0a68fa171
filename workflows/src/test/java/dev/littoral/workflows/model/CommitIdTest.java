package dev.littoral.workflows.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class CommitIdTest {
    private static final UUID ONE = UUID.fromString("0190a1b2-c3d4-3e5f-8a6b-7c8d9e0f1a2b");

    @Test
    void itBeginsWithTheNumberAndNamesTheLaunch() {
        String launchId = CommitId.launchId(ONE);

        assertThat(launchId).isEqualTo("x190a1b2c3d43e5f");
        assertThat(CommitId.of(12, launchId, ONE)).isEqualTo("12-x190a1b2c3d43e5f-" + ONE);
        assertThat(CommitId.of(9_999_999_999L, CommitId.launchId(new UUID(-1, -1)), ONE))
                .as("the longest, of what activities of any build take")
                .matches("[0-9a-z-]{1,100}");
    }

    @Test
    void aCommitIsOfTheLaunchThatItNames() {
        assertThat(CommitId.canBeOf("12-xa-" + ONE, "xa")).isTrue();
        assertThat(CommitId.canBeOf("12-xa-" + ONE, "xb")).isFalse();
        assertThat(CommitId.canBeOf("12-xab-" + ONE, "xa")).isFalse();
        assertThat(CommitId.canBeOf("12-xa-" + ONE, null)).isTrue();
    }

    @Test
    void aCommitOfAnOlderBuildNamesNone() {
        assertThat(CommitId.canBeOf(CommitId.of(12, null, ONE), "xa")).isTrue();
        assertThat(CommitId.canBeOf(ONE.toString(), "xa")).isTrue();
    }

    @Test
    void aHeadIsTheCommitOfItsUpdateAlone() {
        assertThat(head(HeadKind.COMMITTED).isCommitOf(12, "xa")).isTrue();
        assertThat(head(HeadKind.COMMITTED).isCommitOf(12, "xb")).isFalse();
        assertThat(head(HeadKind.COMMITTED).isCommitOf(11, "xa")).isFalse();
        assertThat(head(HeadKind.DECLARED).isCommitOf(12, "xa")).isFalse();
        assertThat(Head.NONE.isCommitOf(0, "xa")).isFalse();
    }

    private static Head head(HeadKind kind) {
        return new Head(7, "12-xa-" + ONE, kind, null, 1, 12, null, 1, null, null);
    }
}
