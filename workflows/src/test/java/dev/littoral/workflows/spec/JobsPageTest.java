package dev.littoral.workflows.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobsPageTest {
    @Test
    void aPageOfJobsIsTheNewestHundredUnlessItIsSaidOtherwise() throws JsonProcessingException {
        assertThat(JobsPage.parse(null)).isEqualTo(new JobsPage(Long.MAX_VALUE, 100));
        assertThat(JobsPage.parse(new JobsRequest(null))).isEqualTo(new JobsPage(Long.MAX_VALUE, 100));
        assertThat(jobs("{}")).isEqualTo(new JobsPage(Long.MAX_VALUE, 100));
        assertThat(jobs("{'before':7,'limit':100}")).isEqualTo(new JobsPage(7, 100));
        for (String refused : List.of("7", "{'limit':0}", "{'limit':101}", "{'before':0}", "{'after':1}")) {
            assertThatThrownBy(() -> jobs(refused)).as(refused).isInstanceOf(InvalidRequestException.class);
        }
    }

    private static JobsPage jobs(String json) throws JsonProcessingException {
        return JobsPage.parse(new JobsRequest(Json.JSON.readTree(json.replace('\'', '"'))));
    }
}
