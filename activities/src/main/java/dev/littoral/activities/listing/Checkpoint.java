package dev.littoral.activities.listing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.littoral.activities.catalog.CatalogLayout;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.workflows.model.SkippedFile;
import java.util.List;
import java.util.function.Predicate;

/**
 * The checkpoint of a listing, from which another attempt resumes. It is heartbeated, so it is small: where it would
 * grow too large, the ranges listed later are left out, and listed again.
 *
 * @param splitPoints where the source is cut into runs that are listed in parallel
 * @param runs the ranges that are finished, run by run
 */
public record Checkpoint(@JsonProperty("cuts") List<String> splitPoints, List<List<Range>> runs) {
    /** The most characters of its JSON, give or take a range. */
    static final int MAX_CHARS = 200_000;

    /**
     * Whether an attempt of a listing can have heartbeated it: all objects it names are staged in folders with this
     * prefix. It is not trusted, as anybody in the namespace can heartbeat.
     */
    public boolean isOf(String staging) {
        if (splitPoints == null || runs == null || runs.size() != splitPoints.size() + 1 || !isRising(splitPoints)) {
            return false;
        }
        return runs.stream()
                .allMatch(run -> run != null && run.stream().allMatch(range -> range != null && range.isOf(staging)));
    }

    private static boolean isRising(List<String> splitPoints) {
        for (int i = 0; i < splitPoints.size(); i++) {
            if (splitPoints.get(i) == null
                    || (i > 0 && PathOrder.compare(splitPoints.get(i - 1), splitPoints.get(i)) >= 0)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same without ranges that were finished after one of which a part fulfils the condition.
     *
     * @param isMissing gets the key of a staged part
     */
    public Checkpoint upTo(Predicate<String> isMissing) {
        return new Checkpoint(
                splitPoints,
                runs.stream()
                        .map(run -> run.stream()
                                .takeWhile(range ->
                                        range.parts().stream().noneMatch(part -> isMissing.test(part.object())))
                                .toList())
                        .toList());
    }

    /**
     * A range that is finished. The shard of the base that it belongs to follows from its place.
     *
     * @param skips what was left out
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Range(
            boolean unchanged,
            List<StagedFiles> parts,
            long listed,
            String first,
            String beyond,
            List<SkippedFile> skips) {
        Range {
            parts = parts == null ? List.of() : List.copyOf(parts);
            skips = skips == null ? List.of() : List.copyOf(skips);
        }

        private boolean isOf(String staging) {
            return listed >= 0
                    && parts.stream()
                            .allMatch(part -> part.object() != null
                                    && CatalogLayout.isListedPart(part.object(), staging)
                                    && part.first() != null
                                    && part.files() > 0)
                    && skips.stream().allMatch(skip -> skip.file() != null && skip.reason() != null);
        }

        /** About how many characters it has as JSON. */
        int chars() {
            int chars = 100 + length(first) + length(beyond);
            for (StagedFiles part : parts) {
                chars += part.object().length() + part.first().length() + length(part.baseShard()) + 50;
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
