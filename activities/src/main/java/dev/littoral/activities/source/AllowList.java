package dev.littoral.activities.source;

import dev.littoral.activities.storage.Storages;
import dev.littoral.workflows.model.ExternalSource;
import java.util.List;
import java.util.Optional;

/**
 * The allow list of a worker: which sources it lets collections read, and with which of its AWS profiles.
 *
 * <p>Addresses are compared by where they really are: links are resolved on both sides, on each check.
 *
 * @param sources prefixes of addresses; one matches itself and everything below it, so that {@code s3://lake} does not
 *     allow {@code s3://lake-of-others}
 * @param profiles the profiles that a source may name
 */
public record AllowList(List<String> sources, List<AllowedProfile> profiles) {
    public AllowList {
        sources = List.copyOf(sources);
        profiles = List.copyOf(profiles);
    }

    /** Exactly what a person named who is the worker's own operator. */
    public static AllowList of(ExternalSource source) {
        return new AllowList(List.of(source.uri()), AllowedProfile.of(source));
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
            return profile == null ? List.of() : List.of(new AllowedProfile(source.uri(), profile));
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

    private String expected() {
        return "expected " + (sources.isEmpty() ? "none" : "one that starts with " + String.join(" or ", sources));
    }

    /** Whether a source at an address may name a profile. */
    boolean allowsProfile(String uri, String profile) {
        return profiles.stream()
                .anyMatch(each -> each.name.equals(profile) && (each.prefix.isEmpty() || lies(uri, each.prefix)));
    }

    private static boolean lies(String uri, String prefix) {
        return uri.startsWith(prefix)
                && (prefix.endsWith("/") || uri.length() == prefix.length() || uri.charAt(prefix.length()) == '/');
    }
}
