package dev.littoral.activities.listing;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.workflows.model.SkippedFile;
import java.util.List;

/**
 * How far a listing is, for another attempt to go on from. It is heartbeated, so it is small: where it would grow too large, the
 * ranges listed later are left out, and listed again.
 *
 * @param cuts where the source is cut into runs that are listed in parallel
 * @param runs the ranges that are finished, run by run
 */
public record Checkpoint(List<String> cuts, List<List<Range>> runs) {
    /** It may have so many characters, give or take a range. */
    static final int MAX_CHARS = 200_000;

    /**
     * A range that is finished. The shard of the base that it belongs to follows from its place.
     *
     * @param skips what was left out
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Range(
            boolean unchanged, List<Part> parts, long listed, String first, String beyond, List<SkippedFile> skips) {
        Range {
            parts = parts == null ? List.of() : List.copyOf(parts);
            skips = skips == null ? List.of() : List.copyOf(skips);
        }

        /** About how many characters it has as JSON. */
        int chars() {
            int chars = 100 + length(first) + length(beyond);
            for (Part part : parts) {
                chars += part.object().length() + part.first().length() + length(part.upon()) + 50;
            }
            for (SkippedFile skip : skips) {
                chars += skip.file().length() + skip.reason().length() + 30;
            }
            return chars;
        }

        private static int length(String path) {
            return path == null ? 0 : path.length();
        }
    }
}
