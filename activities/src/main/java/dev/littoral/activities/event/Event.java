package dev.littoral.activities.event;

import java.time.Instant;

/**
 * An event as it is sent.
 *
 * @param id the same however often the event is sent; of letters, digits and hyphens
 * @param collectionId the collection that it is about
 * @param time when it happened
 * @param json the CloudEvent in JSON's structured mode, in UTF-8
 */
public record Event(String id, String collectionId, Instant time, String json) {
    /** The media type of the JSON. */
    public static final String MEDIA_TYPE = "application/cloudevents+json; charset=utf-8";
}
