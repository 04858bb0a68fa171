package dev.littoral.starter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.ExternalSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What a command reads besides the source that is typed. */
class SourceAccessTest {
    private static List<String> allowed(String uri, String... options) {
        SourceAccess access = CommandLine.populateCommand(new SourceAccess(), options);
        return access.allowList(new ExternalSource(uri, ExternalSpec.parquet())).sources();
    }

    @Test
    void aSourceLeadsNowhereElseUnlessThatIsAllowed() {
        assertThat(allowed("file:///lake/t/")).containsExactly("file:///lake/t/");
        assertThat(allowed("s3://lake/t/")).containsExactly("s3://lake/t/");
        assertThat(allowed("file:///lake/t/", "--allow-source", "s3://other"))
                .containsExactly("file:///lake/t/", "s3://other");
    }

    @Test
    void aTableOfACatalogMayLieInAnyStoreThatIsNotThisMachine() {
        assertThat(allowed("iceberg:prod/a.t"))
                .startsWith("iceberg:prod/a.t")
                .hasSize(1 + StorageRegistry.EVERY_REMOTE_SOURCE.size())
                .containsAll(StorageRegistry.EVERY_REMOTE_SOURCE)
                .noneMatch(prefix -> prefix.startsWith("file:"));
        assertThat(allowed("iceberg:prod/a.t", "--allow-source", "s3://other"))
                .containsExactly("iceberg:prod/a.t", "s3://other");
    }
}
