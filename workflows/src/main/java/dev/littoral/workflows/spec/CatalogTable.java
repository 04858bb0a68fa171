package dev.littoral.workflows.spec;

import dev.littoral.workflows.model.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A table of an Iceberg catalog as a source names it, {@code iceberg:catalog/namespace.table}. Where the catalog is, is
 * the worker's configuration. Nothing in the name is decoded, so a level of a namespace, or a table, that has a dot or
 * a slash in its name cannot be named.
 *
 * @param catalog what the worker calls the catalog
 * @param namespace its levels, at least one
 * @param table the table's own name
 */
public record CatalogTable(String catalog, List<String> namespace, String table) {
    /** What such a source starts with. */
    public static final String SCHEME = "iceberg:";

    /** The rule for the name of a catalog, in words. */
    public static final String EXPECTED_CATALOG =
            "1 to 63 characters of A-Z a-z 0-9 _ - that start with a letter or digit";

    static final String EXAMPLE = SCHEME + "catalog/namespace.table";

    private static final Pattern CATALOG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");
    private static final Pattern UNPRINTABLE = Pattern.compile("\\p{Cntrl}");

    public CatalogTable {
        namespace = List.copyOf(namespace);
    }

    /** Whether a source names a table of a catalog, rightly or not. */
    public static boolean isAddress(String uri) {
        return uri.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /** Whether a text can be the name of a catalog. */
    public static boolean isCatalog(String name) {
        return CATALOG.matcher(name).matches();
    }

    /** The prefix of such sources that a person means by one, with its scheme in small letters; empty if it is none. */
    public static Optional<String> allowedPrefix(String given) {
        if (!isAddress(given)) {
            return Optional.empty();
        }
        String rest = given.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        String catalog = slash < 0 ? rest : rest.substring(0, slash);
        boolean right = rest.isEmpty()
                || (isCatalog(catalog) && rest.indexOf('/', catalog.length() + 1) < 0 && !rest.contains(".."));
        return Optional.of(SCHEME + rest).filter(prefix -> right);
    }

    /**
     * The table that a source names; empty where the source is of a store.
     *
     * @throws InvalidRequestException when it names none rightly
     */
    public static Optional<CatalogTable> of(String uri) {
        return isAddress(uri) ? Optional.of(parse("source.uri", uri)) : Optional.empty();
    }

    /** Checks such a source and returns it with its scheme in small letters. */
    static String checked(String where, String uri) {
        parse(where, uri);
        return SCHEME + uri.substring(SCHEME.length());
    }

    private static CatalogTable parse(String where, String uri) {
        String rest = uri.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        String catalog = slash < 0 ? rest : rest.substring(0, slash);
        if (!isCatalog(catalog)) {
            throw new InvalidRequestException(where + " names the catalog " + SecretScanner.quotedName(catalog)
                    + "; expected " + EXAMPLE + ", the catalog by its name in the worker's configuration, "
                    + EXPECTED_CATALOG);
        }
        String table = slash < 0 ? "" : rest.substring(slash + 1);
        if (table.isEmpty()) {
            throw new InvalidRequestException(
                    where + " names catalog " + catalog + " and no table of it; expected " + EXAMPLE);
        }
        if (table.indexOf('/') >= 0 || UNPRINTABLE.matcher(table).find()) {
            throw new InvalidRequestException(where + " has a slash or a control character in the table's name;"
                    + " expected " + EXAMPLE + ", with a dot between the levels of a namespace");
        }
        List<String> levels = Arrays.asList(table.split("\\.", -1));
        if (levels.size() < 2 || levels.contains("")) {
            throw new InvalidRequestException(where + " names a table "
                    + (levels.size() < 2 ? "without its namespace" : "with an empty level in its name") + "; expected "
                    + EXAMPLE + ", with a dot between the levels of a namespace");
        }
        return new CatalogTable(catalog, levels.subList(0, levels.size() - 1), levels.get(levels.size() - 1));
    }

    /** Its namespace, with a dot between the levels. */
    public String namespaceName() {
        return String.join(".", namespace);
    }

    /** Its name in the catalog: {@code namespace.table}. */
    public String fullName() {
        return namespaceName() + "." + table;
    }
}
