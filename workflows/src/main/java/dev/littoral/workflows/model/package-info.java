/**
 * The records of messages, activities and the status. Their JSON is on the wire, in histories and in the catalog: names
 * of components change only with a {@code @JsonProperty} that keeps the old one.
 */
package dev.littoral.workflows.model;
