package dev.littoral.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.UpdateStep;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DataConverterException;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.metadata.POJOActivityInterfaceMetadata;
import io.temporal.common.metadata.POJOActivityMethodMetadata;
import io.temporal.common.metadata.POJOWorkflowInterfaceMetadata;
import io.temporal.common.metadata.POJOWorkflowMethodMetadata;
import io.temporal.common.metadata.WorkflowMethodType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WireNamesTest {
    @Test
    void eachStepNamesAnActivityThatThereIs() {
        List<String> activities = Stream.of(UpdateActivities.class, CatalogActivities.class)
                .flatMap(type -> POJOActivityInterfaceMetadata.newInstance(type).getMethodsMetadata().stream())
                .map(POJOActivityMethodMetadata::getActivityTypeName)
                .toList();
        assertThat(activities.stream().map(UpdateStep::ofActivityType).flatMap(Optional::stream))
                .containsExactlyInAnyOrder(UpdateStep.values());
        for (UpdateStep step : UpdateStep.values()) {
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
                .isEqualTo("sourceChanged, refresh, cancelUpdate, pause, resume, rollback or retire");
        assertThat(MessageNames.oneOf(MessageNames.QUERIES)).isEqualTo("status, jobs or consumers");
    }

    /** The default converter fails on it, and with that the workflow's task, again and again. */
    @Test
    void everyParameterOfAWorkflowsMessagesCanBeReadFromAnything() {
        Payload noJson = Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
                .setData(ByteString.copyFromUtf8("{"))
                .build();
        assertThatThrownBy(() -> DefaultDataConverter.STANDARD_INSTANCE.fromPayload(noJson, Head.class, Head.class))
                .isInstanceOf(DataConverterException.class);
        assertThat(Stream.of(ExternalCollectionWorkflow.class.getMethods())
                        .flatMap(method -> Stream.of(method.getParameterTypes())))
                .hasSizeGreaterThan(3)
                .allSatisfy(type -> assertThat((Object) new MessageConverter().fromPayload(noJson, type, type))
                        .isInstanceOf(type));
    }

    private static List<String> names(WorkflowMethodType type) {
        return POJOWorkflowInterfaceMetadata.newInstance(ExternalCollectionWorkflow.class).getMethodsMetadata().stream()
                .filter(method -> method.getType() == type)
                .map(POJOWorkflowMethodMetadata::getName)
                .toList();
    }
}
