package dev.littoral.activities.tablecatalog;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.spec.CatalogTable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The catalogs of tables that a worker has, by name. Safe for use by many threads. */
public final class TableCatalogs implements AutoCloseable {
    /** A worker without one. */
    public static final TableCatalogs NONE = new TableCatalogs(Map.of());

    private final Map<String, TableCatalog> catalogs;

    /**
     * Catalogs.
     *
     * @param catalogs by name; closed with this
     */
    public TableCatalogs(Map<String, TableCatalog> catalogs) {
        this.catalogs = new TreeMap<>(catalogs);
    }

    /** Why a table cannot be looked for, in one sentence, or empty. */
    public Optional<String> refusal(CatalogTable table) {
        if (catalogs.containsKey(table.catalog())) {
            return Optional.empty();
        }
        return Optional.of("Source " + CatalogTable.SCHEME + table.catalog() + "/" + table.fullName()
                + " is in the table catalog " + table.catalog() + ", which this worker does not have; expected "
                + (catalogs.isEmpty()
                        ? "one that --table-catalog names, and there is none"
                        : "one of " + String.join(", ", catalogs.keySet())));
    }

    /**
     * The catalog that a table is in.
     *
     * @throws LittoralException INPUT when there is none of its name
     */
    public TableCatalog of(CatalogTable table) {
        refusal(table).ifPresent(why -> {
            throw LittoralException.input(why);
        });
        return catalogs.get(table.catalog());
    }

    @Override
    public void close() {
        catalogs.values().forEach(TableCatalog::close);
    }
}
