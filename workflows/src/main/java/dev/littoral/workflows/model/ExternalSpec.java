package dev.littoral.workflows.model;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;

/**
 * The spec of an external source: one record for each format, with the keys of that format. It names no secret:
 * credentials come from the worker's environment, and {@code profile} picks among them.
 */
@JsonDeserialize(using = ExternalSpecDeserializer.class)
public interface ExternalSpec {
    /** The format's name. */
    String format();

    /** The shared AWS profile to read with, or null for the default chain. */
    String profile();

    /** Whether requests have no credentials, as a public bucket takes them. */
    boolean anonymous();

    /** Whether the worker's account pays for requests to a bucket of another. */
    boolean requesterPays();

    /** What happens to a file that cannot be read. */
    OnBadFile onBadFile();

    /** Whether a file that was read by another spec need not be read again for this one. */
    boolean readsAs(ExternalSpec before);

    /** Every Parquet file, nothing required, a bad file fails the update. */
    static ExternalSpec parquet() {
        return new FolderSpec(FolderSpec.PARQUET, List.of(), List.of(), List.of(), OnBadFile.FAIL, null);
    }
}
