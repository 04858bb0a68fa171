package dev.littoral.activities.source;

import dev.littoral.activities.storage.Storages;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.spec.CatalogTable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The allow list of a worker: which sources it lets collections read, and with which of its AWS profiles.
 *
 * <p>Addresses are compared by where they really are: links are resolved on both sides, on each check.
 *
 * @param sources prefixes of addresses; one matches itself and everything below it, so that {@code s3://lake} does not
 *     allow {@code s3://lake-of-others}, and {@code iceberg:prod/sales} allows the tables of that namespace
 * @param profiles the profiles that a source may name
 */
public record AllowList(List<String> sources, List<AllowedProfile> profiles) {
    public AllowList {
        sources = List.copyOf(sources);
        profiles = List.copyOf(profiles);
    }

    /** Exactly what a person named who is the worker's own operator. */
    public static AllowList of(ExternalSource source) {
        return of(source, List.of());
    }

    /**
     * What a person named who is the worker's own operator.
     *
     * @param others where else the source may lead, as a table does
     */
    public static AllowList of(ExternalSource source, List<String> others) {
        return new AllowList(
                Stream.concat(Stream.of(source.uri()), others.stream()).toList(), AllowedProfile.of(source));
    }

    /**
     * A profile that sources may name.
     *
     * @param prefix where these sources are, itself or below; empty for all that are allowed
     */
    public record AllowedProfile(String prefix, String name) {
        /** The profile that a source names, if it names one, for that source. */
        public static List<AllowedProfile> of(ExternalSource source) {
            String profile = source.spec().profile();
            // The profile is for the places that the catalog names.
            String prefix = CatalogTable.isAddress(source.uri()) ? "" : source.uri();
            return profile == null ? List.of() : List.of(new AllowedProfile(prefix, profile));
        }
    }

    /**
     * Why an address may not be read, in one sentence that does not reveal where it leads, or empty.
     *
     * @param real where it leads, with every link on it resolved
     */
    Optional<String> refusal(String uri, String real, Storages storages) {
        boolean allowed = sources.stream()
                .filter(prefix -> Storages.isSameKind(prefix, uri))
                .anyMatch(prefix -> lies(real, storages.realPrefix(prefix)));
        if (allowed) {
            return Optional.empty();
        }
        return Optional.of(
                sources.stream().anyMatch(prefix -> lies(uri, prefix))
                        ? "Source " + uri + " leads through a symbolic link to where this worker reads nothing; "
                                + expected() + " and stays there"
                        : "Source " + uri + " is not on this worker's list of allowed sources; " + expected());
    }

    /** Why a table of a catalog may not be read, in one sentence, or empty; where it lies is checked on its own. */
    Optional<String> refusal(String uri) {
        return sources.stream().anyMatch(prefix -> CatalogTable.isAddress(prefix) && lies(uri, prefix))
                ? Optional.empty()
                : Optional.of("Source " + uri + " is not on this worker's list of allowed sources; " + expected());
    }

    private String expected() {
        return "expected " + (sources.isEmpty() ? "none" : "one that starts with " + String.join(" or ", sources));
    }

    /** Whether a source at an address may name a profile. */
    boolean allowsProfile(String uri, String profile) {
        return profiles.stream()
                .anyMatch(each -> each.name.equals(profile) && (each.prefix.isEmpty() || lies(uri, each.prefix)));
    }

    /** A prefix ends at a slash; that of tables of a catalog also at a dot, or with the scheme. */
    private static boolean lies(String uri, String prefix) {
        return uri.startsWith(prefix)
                && (uri.length() == prefix.length()
                        || prefix.equals(CatalogTable.SCHEME)
                        || isEnd(prefix.charAt(prefix.length() - 1), prefix)
                        || isEnd(uri.charAt(prefix.length()), prefix));
    }

    private static boolean isEnd(char c, String prefix) {
        return c == '/' || (c == '.' && CatalogTable.isAddress(prefix));
    }
}
