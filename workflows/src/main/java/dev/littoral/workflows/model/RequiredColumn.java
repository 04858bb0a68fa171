package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A column that every file of a source must have.
 *
 * @param name the column's name; a nested one is written with dots, {@code address.city}
 * @param type the type it must have, or null where any will do
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RequiredColumn(String name, String type) {}
