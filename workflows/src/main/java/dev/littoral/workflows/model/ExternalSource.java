package dev.littoral.workflows.model;

/**
 * The external source of a collection: a URI and how to read what is below it. Two sources are the same when both are
 * equal.
 *
 * @param uri {@code s3://bucket/prefix/} or {@code file:///dir/}, as is: nothing in it is percent-decoded; without the
 *     closing slash it names one file or, where there is none of that name, the folder. {@code
 *     iceberg:catalog/namespace.table} names a table of one of the worker's catalogs
 * @param spec how to read it
 */
public record ExternalSource(String uri, ExternalSpec spec) {}
