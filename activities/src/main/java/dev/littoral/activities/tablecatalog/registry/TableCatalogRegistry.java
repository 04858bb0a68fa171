package dev.littoral.activities.tablecatalog.registry;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.tablecatalog.TableCatalog;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.activities.tablecatalog.TableCatalogs;
import dev.littoral.activities.tablecatalog.aws.SigV4Signer;
import dev.littoral.activities.tablecatalog.jdbc.JdbcTableCatalog;
import dev.littoral.activities.tablecatalog.rest.RestTableCatalog;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The registry of the kinds of table catalogs that Littoral comes with, one line each. */
public final class TableCatalogRegistry {
    private TableCatalogRegistry() {}

    /**
     * Opens catalogs; the caller closes them. Sends nothing.
     *
     * @throws LittoralException INPUT when a setting is not right, without repeating what may be secret
     */
    public static TableCatalogs open(List<TableCatalogSettings> settings) {
        Map<String, TableCatalog> catalogs = new TreeMap<>();
        try {
            settings.forEach(each -> catalogs.put(each.name(), open(each)));
        } catch (RuntimeException e) {
            catalogs.values().forEach(TableCatalog::close);
            throw e;
        }
        return new TableCatalogs(catalogs);
    }

    private static TableCatalog open(TableCatalogSettings settings) {
        if (RestTableCatalog.isAddress(settings.uri())) {
            return RestTableCatalog.open(settings, SigV4Signer::of);
        }
        if (JdbcTableCatalog.isAddress(settings.uri())) {
            return JdbcTableCatalog.open(settings);
        }
        throw LittoralException.input("The address of table catalog " + settings.name()
                + " is of no kind that is known; expected the URL of a REST catalog, like https://host/path, or of a"
                + " database, like jdbc:postgresql://host/database");
    }
}
