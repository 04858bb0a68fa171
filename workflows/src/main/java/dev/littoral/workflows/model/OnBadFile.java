package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The policy for a file that cannot be read or lacks a required column. */
public enum OnBadFile {
    /** The update fails with {@link FailureType#INPUT}, naming the file and the finding. */
    @JsonProperty("fail")
    FAIL,
    /** The file is left out and listed in the skip report with the finding. */
    @JsonProperty("skip")
    SKIP
}
