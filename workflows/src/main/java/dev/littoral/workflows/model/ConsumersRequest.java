package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Duration;
import java.util.List;

/**
 * A look at the consumers of a collection.
 *
 * @param named those whose answers are waited for
 * @param namedAt the version at which they were named: one that never answered lags from there
 * @param forgetConsumersAfter how old the newest entry of a consumer may be whose version is gone
 */
public record ConsumersRequest(
        String collectionId,
        List<String> named,
        long namedAt,
        @JsonFormat(shape = JsonFormat.Shape.STRING) Duration forgetConsumersAfter) {}
