package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.Sent.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectionIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "orders", "eu-west_1.orders=v2", "a.b.c"})
    void aNameThatCanBeAKeyIsTaken(String id) {
        assertThat(CollectionId.check(id)).isEqualTo(id);
        assertThat(CollectionId.check("a".repeat(200))).hasSize(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a/b", "a b", ".a", "-a", "_a", "a..b", "ä", "a\n", "a%2f", "a:b"})
    void aNameThatCannotBeAKeyIsRefused(String id) {
        assertThat(refusal(() -> CollectionId.check(id))).startsWith("collectionId is \"");
    }

    @Test
    void noNameAndOneThatIsTooLongAreRefused() {
        assertThat(refusal(() -> CollectionId.check(null))).startsWith("collectionId is missing");
        assertThat(refusal(() -> CollectionId.check("a".repeat(201)))).contains("expected 1 to 200 characters");
    }
}
