package dev.littoral.activities.source;

import dev.littoral.activities.LittoralException;
import dev.littoral.workflows.model.Glob;
import java.util.List;
import java.util.Optional;

/** Decides by its name whether a file below a source is served. Safe for use by many threads. */
public final class PathFilter {
    private final List<Glob> include;
    private final List<Glob> exclude;

    /**
     * @param include a path must match one of them; empty means every path
     * @param exclude a path must match none of them
     * @throws LittoralException INPUT when a glob is bad, naming it
     */
    public PathFilter(List<String> include, List<String> exclude) {
        this.include = globs(include);
        this.exclude = globs(exclude);
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
     * Why a file is left out, or empty when it is served. Hidden comes first, whatever the globs say.
     *
     * @param relativePath below the source, parts joined by {@code /}
     */
    public Optional<SkipReason> skip(String relativePath) {
        if (hidden(relativePath)) {
            return Optional.of(SkipReason.HIDDEN);
        }
        if (!include.isEmpty() && !matches(include, relativePath)) {
            return Optional.of(SkipReason.NOT_INCLUDED);
        }
        return matches(exclude, relativePath) ? Optional.of(SkipReason.EXCLUDED) : Optional.empty();
    }

    /** The rule of Hive and Spark: a part that starts with . or _ hides what it names, but for a partition _column=value. */
    static boolean hidden(String relativePath) {
        int end;
        for (int start = 0; start < relativePath.length(); start = end + 1) {
            end = relativePath.indexOf('/', start);
            end = end < 0 ? relativePath.length() : end;
            char first = relativePath.charAt(start);
            if (first == '.'
                    || (first == '_' && relativePath.substring(start, end).indexOf('=') < 0)) {
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
