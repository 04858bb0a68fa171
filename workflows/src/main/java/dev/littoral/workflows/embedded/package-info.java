/** What Temporal's in-memory service lacks, for {@code sync} and {@code dev} and for tests. No worker needs it. */
package dev.littoral.workflows.embedded;
