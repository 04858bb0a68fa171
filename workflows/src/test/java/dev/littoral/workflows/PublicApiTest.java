package dev.littoral.workflows;

import dev.littoral.workflows.testing.ApiSignatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What client code of collections is compiled against. */
class PublicApiTest {
    @Test
    void noSignatureThatClientsUseGoes() throws IOException {
        ApiSignatures.requireUnchanged(
                Path.of("src", "test", "resources", "api.txt"),
                List.of(
                        ExternalCollectionWorkflow.class,
                        RefreshCollectionWorkflow.class,
                        ChangeCollectionSourceWorkflow.class,
                        AwaitServedWorkflow.class,
                        CollectionsService.class,
                        MessageConverter.class,
                        MessageNames.class));
    }
}
