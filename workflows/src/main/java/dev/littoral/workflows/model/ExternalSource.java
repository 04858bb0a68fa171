package dev.littoral.workflows.model;

/**
 * What a collection is made of: files below a URI, and how to read them. Two sources are the same when both parts are equal.
 *
 * @param uri {@code s3://bucket/prefix/} or {@code file:///dir/}, as is: nothing in it is percent-decoded; without the closing
 *     slash it names one file or, where there is none of that name, the folder
 * @param spec how to read it
 */
public record ExternalSource(String uri, ExternalSpec spec) {}
