package dev.littoral.workflows.spec;

import static dev.littoral.workflows.spec.Sent.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.ExternalSpec;
import dev.littoral.workflows.model.Json;
import org.junit.jupiter.api.Test;

class SpecFormatTest {
    /** A format that is parsed without its record being known would come back from a history as another. */
    @Test
    void everyFormatOfMessagesIsReadBackAsTheSameRecord() throws Exception {
        for (SpecFormat format : SpecFormat.ALL) {
            ExternalSpec spec = source("{'uri':'s3://lake/','spec':{'format':'" + format.name() + "'}}")
                    .spec();
            assertThat(spec.format()).isEqualTo(format.name());
            assertThat(Json.JSON.treeToValue(Json.tree(spec), ExternalSpec.class))
                    .isEqualTo(spec);
        }
    }
}
