package dev.littoral.starter.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.CollectionStatus;
import dev.littoral.workflows.model.Job;
import dev.littoral.workflows.model.UpdateProgress;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import io.temporal.failure.TemporalFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A probe of the progress of the update that runs: asks its workflow and looks at its activities. */
final class ProgressProbe {
    private final CollectionClient collection;

    ProgressProbe(CollectionClient collection) {
        this.collection = collection;
    }

    /** How far the update is, or empty where nobody can say just now: it starts or ends, or no worker is there. */
    Optional<ProgressDisplay.Step> at(CollectionStatus status) {
        Job job = status.update();
        if (job == null) {
            return Optional.of(new ProgressDisplay.Step(null, Map.of(), 0, retry(collection.pendingActivities(null))));
        }
        Optional<UpdateProgress> said = collection.progress(job);
        if (said.isEmpty()) {
            return Optional.empty();
        }
        List<PendingActivityInfo> activities = collection.pendingActivities(job);
        Map<String, Long> done =
                activities.stream().collect(Collectors.toMap(PendingActivityInfo::getActivityId, this::heartbeat));
        return Optional.of(
                new ProgressDisplay.Step(said.get().step(), done, said.get().listed(), retry(activities)));
    }

    /** Why an activity is tried again, or null. */
    private String retry(List<PendingActivityInfo> activities) {
        return activities.stream()
                .filter(activity -> activity.getAttempt() > 1 && activity.hasLastFailure())
                .map(activity -> said(converter().failureToException(activity.getLastFailure())))
                .findFirst()
                .orElse(null);
    }

    private static String said(RuntimeException failure) {
        return failure instanceof TemporalFailure temporal ? temporal.getOriginalMessage() : failure.getMessage();
    }

    private long heartbeat(PendingActivityInfo activity) {
        if (activity.getHeartbeatDetails().getPayloadsCount() == 0) {
            return 0;
        }
        try {
            return converter()
                    .fromPayload(activity.getHeartbeatDetails().getPayloads(0), JsonNode.class, JsonNode.class)
                    .path("done")
                    .asLong();
        } catch (DataConverterException e) {
            return 0;
        }
    }

    private DataConverter converter() {
        return collection.server().client().getOptions().getDataConverter();
    }
}
