package dev.littoral.activities.storage.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.spec.SourceParser;
import dev.littoral.workflows.spec.SourceScheme;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The registry's kinds of stores are those that messages may name. */
class StorageRegistryTest {
    @Test
    void messagesNameExactlyTheKindsOfStoresThatThereAre() {
        assertThat(StorageRegistry.EVERY_SOURCE)
                .hasSameSizeAs(SourceScheme.values())
                .allSatisfy(prefix -> assertThat(Arrays.stream(SourceScheme.values())
                                .map(scheme -> scheme.name().toLowerCase(Locale.ROOT) + "://"))
                        .anyMatch(prefix::startsWith));
        for (String prefix : StorageRegistry.EVERY_SOURCE) {
            String uri = prefix + "lake/";
            assertThat(SourceParser.parse(new SourceRequest(Json.tree(Map.of("uri", uri))))
                            .uri())
                    .isEqualTo(uri);
        }
    }
}
