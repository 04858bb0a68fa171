package dev.littoral.activities.storage;

import dev.littoral.activities.failure.LittoralException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The kinds of stores that a process knows, asked by the scheme of an address. Safe for use by many threads. */
public final class Storages implements AutoCloseable {
    private static final String SLASHES = "//";
    private static final String SEPARATOR = ":" + SLASHES;

    private final Map<String, StorageProvider> providers = new LinkedHashMap<>();

    /** By each scheme that tables know them by. */
    private final Map<String, StorageProvider> kinds = new HashMap<>();

    private final StorageProvider ofPaths;

    /**
     * The kinds there are.
     *
     * @param ofPaths of which a catalog may be named by a path, without a scheme
     * @param others the other kinds; closed with this, as the first is
     */
    public Storages(StorageProvider ofPaths, StorageProvider... others) {
        this.ofPaths = ofPaths;
        for (StorageProvider provider : others) {
            providers.put(provider.scheme(), provider);
        }
        providers.put(ofPaths.scheme(), ofPaths);
        providers.values().forEach(kind -> kind.schemes().forEach(scheme -> kinds.put(scheme, kind)));
    }

    /**
     * Resolves a source's address. Nothing is read yet.
     *
     * @throws LittoralException INPUT when the address is not right; an unknown one is not repeated, as it may hold a
     *     secret
     */
    public StorageLocation source(String address) {
        return of(address).source(address);
    }

    /**
     * Resolves a catalog's address. Nothing is read yet.
     *
     * @param location an address or a path
     * @throws LittoralException INPUT when the location is not right
     */
    public StorageLocation catalog(String location) {
        if (location.isEmpty()) {
            throw wrongCatalog("empty");
        }
        if (!location.contains(SEPARATOR)) {
            return ofPaths.catalog(ofPaths.scheme() + SEPARATOR + location);
        }
        StorageProvider provider = providers.get(scheme(location));
        if (provider == null) {
            throw wrongCatalog("of an unknown scheme");
        }
        return provider.catalog(location);
    }

    private LittoralException wrongCatalog(String found) {
        List<String> examples =
                providers.values().stream().map(StorageProvider::example).toList();
        return LittoralException.input(
                "Catalog location is " + found + "; expected " + String.join(", ", examples) + " or a path");
    }

    /**
     * Opens a catalog's store.
     *
     * @param location as for {@link #catalog}
     * @param observer notified of each request to it
     */
    public CatalogStore openCatalog(String location, StoreObserver observer) throws InterruptedException {
        return new BlobCatalogStore(catalog(location).openCatalog(observer));
    }

    /** Opens a catalog's store to read only: a folder that is not there is not made. */
    public CatalogStore openCatalogForReading(String location) {
        return new BlobCatalogStore(catalog(location).openCatalogForReading());
    }

    /** What the addresses of all sources of some kinds start with. */
    public List<String> everySource(Predicate<StorageProvider> kinds) {
        return providers.values().stream()
                .filter(kinds)
                .map(StorageProvider::everything)
                .toList();
    }

    /** The prefix of addresses that a person means by one, or by the path of a folder; empty when it is none. */
    public Optional<String> allowedPrefix(String given) {
        StorageProvider provider = given.contains(SEPARATOR) ? providers.get(scheme(given)) : ofPaths;
        return provider == null ? Optional.empty() : provider.allowedPrefix(given);
    }

    /** Whether sources whose addresses start with a prefix may name a profile. */
    public boolean hasProfiles(String prefix) {
        StorageProvider provider = providers.get(scheme(prefix));
        return provider != null
                && provider.isRemote()
                && provider.allowedPrefix(prefix).isPresent();
    }

    /** A prefix of addresses in the form in which they are compared. */
    public String realPrefix(String prefix) {
        StorageProvider provider = providers.get(scheme(prefix));
        return provider == null ? prefix : provider.realPrefix(prefix);
    }

    /** Whether a source at an address may be read with a profile of this name. */
    public boolean hasProfile(String address, String profile) {
        return of(address).hasProfile(profile);
    }

    /** Whether tables know a kind of store by this scheme. */
    public boolean isScheme(String scheme) {
        return kinds.containsKey(scheme);
    }

    /**
     * The address of a blob as it stands in snapshots, {@link BlobStore#address}; empty when it is of no kind that is
     * known.
     *
     * @param rest of a URI, what follows the scheme and its colon; raw
     */
    public Optional<String> address(String scheme, String rest) {
        return Optional.ofNullable(kinds.get(scheme)).flatMap(kind -> kind.address(rest));
    }

    /** The address of a blob at a path without a scheme, which starts with a slash. */
    public String addressOfPath(String path) {
        return ofPaths.address(SLASHES + path).orElseThrow();
    }

    /** The kind of store that a blob's address is of. */
    public StorageProvider kind(String address) {
        return providers.getOrDefault(scheme(address), ofPaths);
    }

    /** Whether an address is one of the kind that may be named by a path, without a scheme. */
    public boolean isPath(String address) {
        return kind(address) == ofPaths;
    }

    /** Whether two addresses are of one kind of store. */
    public static boolean isSameKind(String a, String b) {
        return scheme(a).equals(scheme(b));
    }

    /** How many requests all kinds together send at once now, at most, as far as that is found out. */
    public int requestsAtOnce() {
        return providers.values().stream()
                .mapToInt(StorageProvider::requestsAtOnce)
                .sum();
    }

    /** How many requests wait for their turn now, about. */
    public int requestsWaiting() {
        return providers.values().stream()
                .mapToInt(StorageProvider::requestsWaiting)
                .sum();
    }

    @Override
    public void close() {
        providers.values().forEach(StorageProvider::close);
    }

    private StorageProvider of(String address) {
        StorageProvider provider = providers.get(scheme(address));
        if (provider == null) {
            throw LittoralException.input("The source's address is of no kind of store that is known; expected one that"
                    + " starts with "
                    + providers.keySet().stream()
                            .map(scheme -> scheme + SEPARATOR)
                            .collect(Collectors.joining(" or ")));
        }
        return provider;
    }

    private static String scheme(String address) {
        return address.substring(0, Math.max(0, address.indexOf(SEPARATOR)));
    }
}
