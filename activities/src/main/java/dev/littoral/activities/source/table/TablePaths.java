package dev.littoral.activities.source.table;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StorageProvider;
import dev.littoral.activities.storage.Storages;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The rules for the paths that a table names. A table is not trusted: every path is brought into one form, by the kind
 * of store that it is of, and leads nowhere else.
 *
 * @param table its name, for messages
 * @param address of the source, which was allowed, or null before it is known where a table of a catalog lies
 * @param folder the table's, which relative paths are below, with a slash at its end; null as the address
 */
record TablePaths(String table, Storages storages, String address, String folder) {
    private static final int SHOWN = 100;

    private static final Pattern URI = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);

    /** The paths of a table that lies nowhere yet. */
    static TablePaths nowhere(String table, Storages storages) {
        return new TablePaths(table, storages, null, null);
    }

    /** The paths of a table that lies there. */
    TablePaths at(String place, String below) {
        return new TablePaths(table, storages, place, below.endsWith("/") ? below : below + "/");
    }

    /**
     * The address of a path, as it stands in snapshots, which may be one that may not be read.
     *
     * @param path an address, an absolute path or a path below the table's folder; raw
     * @throws LittoralException INPUT when it is of no store that is known, or leads out of where it begins, naming it
     */
    String normalized(String path) {
        if (path.length() > TableStorage.MAX_PATH) {
            throw refused(
                    path.substring(0, SHOWN).replace("\0", "\\0") + "…",
                    "has " + path.length() + " characters; expected at most " + TableStorage.MAX_PATH
                            + ", as of any store");
        }
        if (isPlain(path)) {
            return below(path);
        }
        if (Arrays.asList(path.split("/", -1)).contains("..")) {
            throw refused(path, "has .. in it; expected a path without");
        }
        if (path.indexOf('\0') >= 0) {
            throw refused(path.replace("\0", "\\0"), "has a zero character in it; expected a path without");
        }
        Matcher uri = URI.matcher(path);
        boolean hasScheme = uri.matches() && (uri.group(2).startsWith("/") || storages.isScheme(uri.group(1)));
        if (!hasScheme) {
            return path.startsWith("/") ? absolute(path) : below(path);
        }
        return storages.address(uri.group(1), uri.group(2))
                .orElseThrow(() -> refused(
                        path,
                        "is of no store that is known; expected "
                                + storages.everySource(kind -> true).stream().collect(Collectors.joining(" or "))));
    }

    private String below(String path) {
        if (folder == null) {
            throw refused(path, "is relative; expected a whole address, as a catalog has it");
        }
        return folder + path;
    }

    /** Most paths are relative and hide nothing. */
    private static boolean isPlain(String path) {
        return path.indexOf(':') < 0 && path.indexOf('\0') < 0 && !path.startsWith("/") && !path.contains("..");
    }

    /** A path that begins with a slash is one of the file system, whose table it has to be. */
    private String absolute(String path) {
        if (address != null && !storages.isPath(address)) {
            StorageProvider kind = storages.kind(address);
            throw refused(
                    path,
                    "is a path of a file system, and the table is in "
                            + kind.scheme().toUpperCase(Locale.ROOT) + "; expected " + kind.everything());
        }
        return storages.addressOfPath(path);
    }

    private LittoralException refused(String path, String why) {
        return LittoralException.input("The table " + table + " names the path " + path + ", which " + why);
    }

    /** Whether a normalized address is of the source, or below it, so that it needs no further check. */
    boolean isInside(String normalized) {
        return address != null
                && normalized.startsWith(address)
                && (address.endsWith("/")
                        || normalized.length() == address.length()
                        || normalized.charAt(address.length()) == '/');
    }

    /** The path of an address below the table's folder; of one that is elsewhere, the address. */
    String relative(String normalized) {
        return folder != null && normalized.startsWith(folder) ? normalized.substring(folder.length()) : normalized;
    }

    /** The URI of a normalized address, as that of a source. */
    String uri(String normalized) {
        return storages.kind(normalized).uri(normalized);
    }

    /** The folder at which a store is opened to read a normalized address that is elsewhere, and others in it. */
    String storeFolder(String normalized) {
        return storages.kind(normalized).storeFolder(normalized);
    }
}
