package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FilesSpec;
import dev.littoral.workflows.model.OnTable;
import dev.littoral.workflows.spec.Glob;
import java.util.List;
import java.util.Optional;

/** The filter of files below a source, by their names. Safe for use by many threads. */
public final class PathFilter {
    /** How names end while Hadoop's copy commands, Spark, Flume and others write what they name. */
    private static final List<String> UNFINISHED = List.of("._COPYING_", ".tmp");

    private final List<Glob> include;
    private final List<Glob> exclude;
    private final OnTable table;

    /**
     * A filter.
     *
     * @param include a path must match one of them; empty means every path
     * @param exclude a path must match none of them
     * @param table what happens where a path shows that the source is a table
     * @throws LittoralException INPUT when a glob is bad, naming it
     */
    public PathFilter(List<String> include, List<String> exclude, OnTable table) {
        this.include = globs(include);
        this.exclude = globs(exclude);
        this.table = table;
    }

    /** The filter that a spec asks for. */
    public static PathFilter of(FilesSpec spec) {
        return new PathFilter(spec.include(), spec.exclude(), spec.table());
    }

    private static List<Glob> globs(List<String> globs) {
        return globs.stream()
                .map(glob -> {
                    try {
                        return Glob.of(glob);
                    } catch (IllegalArgumentException e) {
                        throw LittoralException.input(e.getMessage());
                    }
                })
                .toList();
    }

    /**
     * Why a file is left out, or empty when it is served. What its name alone says comes first, whatever the globs say.
     *
     * @param relativePath below the source, parts joined by {@code /}
     */
    public Optional<SkipReason> skip(String relativePath) {
        Optional<SkipReason> byName = byName(relativePath);
        return byName.isPresent() ? byName : skipByGlobs(relativePath);
    }

    /** Why a file is left out, or empty when it is served; a name says nothing by itself. */
    public Optional<SkipReason> skipByGlobs(String relativePath) {
        if (!include.isEmpty() && !matches(include, relativePath)) {
            return Optional.of(SkipReason.NOT_INCLUDED);
        }
        return matches(exclude, relativePath) ? Optional.of(SkipReason.EXCLUDED) : Optional.empty();
    }

    /**
     * Checks whether a path shows that the source is a table. Every path of a listing has to be passed, left out or
     * not.
     *
     * @param source the source's address, for the failure's message
     * @param relativePath below the source; that of a folder has a slash at its end
     * @throws LittoralException INPUT when it does, unless tables are served like any folder
     */
    public void refuseTable(String source, String relativePath) {
        refuseTable(source, relativePath, TableMarker.of(relativePath));
    }

    /** Checks, as for other paths, whether a symbolic link shows that the source is a table. */
    public void refuseTableByLink(String source, String relativePath) {
        refuseTable(source, relativePath + ", a symbolic link,", TableMarker.ofLink(relativePath));
    }

    private void refuseTable(String source, String sign, Optional<TableMarker> found) {
        if (table == OnTable.IGNORE) {
            return;
        }
        found.ifPresent(format -> {
            throw LittoralException.input("The source " + source + " is " + format.words() + ", as " + sign
                    + " in it says; expected a folder of which every file counts, and a table may keep files that it"
                    + " has removed: " + format.advice() + ", or set \"table\":\"ignore\" in the spec to serve every"
                    + " file that is there");
        });
    }

    /**
     * What a name says by itself. Hive's and Spark's rule: a part that starts with . or _ hides what it names, but for
     * a partition _column=value. And one that ends as unfinished files do hides it too, but for a partition
     * column=value.
     */
    public static Optional<SkipReason> byName(String relativePath) {
        boolean unfinished = false;
        int end;
        for (int start = 0; start < relativePath.length(); start = end + 1) {
            end = relativePath.indexOf('/', start);
            boolean folder = end >= 0;
            end = folder ? end : relativePath.length();
            char first = relativePath.charAt(start);
            if (first == '.' || (first == '_' && !isPartition(relativePath, start, end))) {
                return Optional.of(SkipReason.HIDDEN);
            }
            unfinished |= isUnfinished(relativePath, end) && !(folder && isPartition(relativePath, start, end));
        }
        return unfinished ? Optional.of(SkipReason.UNFINISHED) : Optional.empty();
    }

    /** Where what follows the folders of partitions begins, {@code column=value/column=value/}. */
    static int partitionsEnd(String relativePath) {
        int start = 0;
        int slash;
        while ((slash = relativePath.indexOf('/', start)) >= 0 && isPartition(relativePath, start, slash)) {
            start = slash + 1;
        }
        return start;
    }

    private static boolean isPartition(String path, int start, int end) {
        int equals = path.indexOf('=', start);
        return equals >= 0 && equals < end;
    }

    private static boolean isUnfinished(String path, int end) {
        for (String suffix : UNFINISHED) {
            if (path.startsWith(suffix, end - suffix.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(List<Glob> globs, String path) {
        for (Glob glob : globs) {
            if (glob.matches(path)) {
                return true;
            }
        }
        return false;
    }
}
