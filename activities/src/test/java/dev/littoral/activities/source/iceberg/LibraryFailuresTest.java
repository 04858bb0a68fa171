package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What becomes of what Iceberg's library throws. */
class LibraryFailuresTest {
    private static void damaged(Callable<Object> library, String found) {
        assertThatThrownBy(() -> LibraryFailures.read("Manifest m", library))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith("Manifest m cannot be read: found that " + found + "; expected what the");
    }

    private static Callable<Object> fails(Exception failure) {
        return () -> {
            throw failure;
        };
    }

    private static Callable<Object> breaks(Error error) {
        return () -> {
            throw error;
        };
    }

    @Test
    void whatTheLibraryThrowsMeansThatTheTableIsDamaged() {
        damaged(fails(new IllegalStateException("outer", new IllegalArgumentException("the\n  reason"))), "the reason");
        damaged(fails(new IllegalStateException()), "IllegalStateException");
        damaged(
                fails(new IndexOutOfBoundsException("Index 9")),
                "its content is not as it says itself that it is (IndexOutOfBoundsException)");
        damaged(fails(new IllegalStateException("x".repeat(300))), "x".repeat(300));
        damaged(fails(new IllegalStateException("x".repeat(301))), "x".repeat(300) + "…");
    }

    @Test
    void aTableMayNestSoDeepThatNoStackSuffices() {
        damaged(breaks(new StackOverflowError()), "StackOverflowError");
    }

    @Test
    void aLibraryThatIsMissingIsSaid() {
        damaged(breaks(new NoClassDefFoundError("org/xerial/X")), "it needs a codec that is not there, org/xerial/X");
    }

    @Test
    void failuresOfTheStoreComeOutAsTheyAre() {
        FileChangedException changed = new FileChangedException("s3://lake/a", "it is gone");
        InterruptedException interrupted = new InterruptedException();
        LittoralException refused = LittoralException.input("no");
        for (Exception each : new Exception[] {changed, interrupted, refused}) {
            assertThatThrownBy(() -> LibraryFailures.read(
                            "m", fails(new IllegalStateException(new LibraryFailures.Carrier(each)))))
                    .isSameAs(each);
        }
    }
}
