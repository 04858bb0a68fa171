package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.model.UpdateStep;
import io.temporal.common.metadata.POJOActivityInterfaceMetadata;
import io.temporal.common.metadata.POJOActivityMethodMetadata;
import io.temporal.common.metadata.POJOWorkflowInterfaceMetadata;
import io.temporal.common.metadata.POJOWorkflowMethodMetadata;
import io.temporal.common.metadata.WorkflowMethodType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WireNamesTest {
    @Test
    void eachStepNamesAnActivityThatThereIs() {
        List<String> activities = Stream.of(UpdateActivities.class, CatalogActivities.class)
                .flatMap(type -> POJOActivityInterfaceMetadata.newInstance(type).getMethodsMetadata().stream())
                .map(POJOActivityMethodMetadata::getActivityTypeName)
                .toList();
        for (UpdateStep step : UpdateStep.values()) {
            assertThat(activities).contains(step.activityType());
            assertThat(UpdateStep.ofActivityType(step.activityType())).contains(step);
            assertThat(UpdateStep.ofWireName(step.wireName())).contains(step);
        }
        assertThat(UpdateStep.ofActivityType("ReadHead")).isEmpty();
        assertThat(UpdateStep.ofWireName("LIST")).isEmpty();
    }

    @Test
    void theNamesThatSentencesExpectAreThoseOfTheInterface() {
        assertThat(names(WorkflowMethodType.SIGNAL))
                .containsAll(MessageNames.SIGNALS)
                .hasSize(MessageNames.SIGNALS.size() + 1)
                .contains("news");
        assertThat(names(WorkflowMethodType.UPDATE)).containsExactlyInAnyOrderElementsOf(MessageNames.UPDATES);
        assertThat(names(WorkflowMethodType.QUERY)).containsExactlyInAnyOrderElementsOf(MessageNames.QUERIES);
        assertThat(MessageNames.oneOf(MessageNames.SIGNALS))
                .isEqualTo("sourceChanged, refresh, cancelUpdate, pause, resume or retire");
        assertThat(MessageNames.oneOf(MessageNames.QUERIES)).isEqualTo("status or jobs");
    }

    private static List<String> names(WorkflowMethodType type) {
        return POJOWorkflowInterfaceMetadata.newInstance(ExternalCollectionWorkflow.class).getMethodsMetadata().stream()
                .filter(method -> method.getType() == type)
                .map(POJOWorkflowMethodMetadata::getName)
                .toList();
    }
}
