package dev.littoral.workflows.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The policy for a folder that is a table, such as Delta's, whose files may be dead, or hold deletes. */
public enum OnTable {
    /** The update fails with {@link FailureType#INPUT}, naming the table. */
    @JsonProperty("refuse")
    REFUSE,
    /** The files are served as in any folder. */
    @JsonProperty("ignore")
    IGNORE;

    /** Equals what JSON leaves out. */
    static final class Default {
        @Override
        public boolean equals(Object value) {
            return value == null || value == REFUSE;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }
}
