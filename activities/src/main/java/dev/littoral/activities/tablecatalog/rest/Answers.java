package dev.littoral.activities.tablecatalog.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Answers in JSON that are short where all is well: one with so many values that it would fill memory is none. */
final class Answers {
    private static final int MAX_DEPTH = 200;

    /** A configuration has some hundred; a tree of this many takes some megabytes. */
    private static final int MAX_TOKENS = 100_000;

    static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build());

    private Answers() {}
}
