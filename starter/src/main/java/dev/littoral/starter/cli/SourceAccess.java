package dev.littoral.starter.cli;

import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.spec.CatalogTable;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * The options of a command that reads sources itself: the catalogs of tables that it knows, and where the tables may
 * lie. Whoever types it allows the source that it reads.
 */
public final class SourceAccess {
    @Option(
            names = "--" + TableCatalogOptions.OPTION,
            paramLabel = TableCatalogOptions.LABEL,
            description = TableCatalogOptions.HELP + " Or $$LITTORAL_TABLE_CATALOG, with commas.")
    private List<String> catalogs;

    @Option(
            names = "--" + TableCatalogOptions.PROPERTY_OPTION,
            paramLabel = TableCatalogOptions.PROPERTY_LABEL,
            description = TableCatalogOptions.PROPERTY_HELP + " Or $$LITTORAL_TABLE_CATALOG_PROPERTY, with commas.")
    private List<String> properties;

    @Option(
            names = "--allow-source",
            paramLabel = "<prefix>",
            description = "Where a table may name files besides its own place, or a table of a catalog may lie."
                    + " Can be given again. Or $$LITTORAL_ALLOW_SOURCE, with commas."
                    + " Default: for a table of a catalog s3://, else nowhere.")
    private List<String> allowed;

    /** The catalogs of tables. */
    public List<TableCatalogSettings> catalogs() {
        return TableCatalogOptions.catalogs(
                given(catalogs, TableCatalogOptions.OPTION, "LITTORAL_TABLE_CATALOG"),
                given(properties, TableCatalogOptions.PROPERTY_OPTION, "LITTORAL_TABLE_CATALOG_PROPERTY"));
    }

    /** What may be read of a source. */
    public AllowList allowList(ExternalSource source) {
        List<String> otherwise = CatalogTable.isAddress(source.uri()) ? StorageRegistry.EVERY_REMOTE_SOURCE : List.of();
        return AllowList.of(
                source,
                given(allowed, "allow-source", "LITTORAL_ALLOW_SOURCE")
                        .map(AllowedSources::prefixes)
                        .orElse(otherwise));
    }

    private static Optional<SettingValue> given(List<String> typed, String option, String variable) {
        if (typed != null) {
            return Optional.of(new SettingValue("--" + option, String.join(",", typed)));
        }
        String value = System.getenv(variable);
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(new SettingValue(variable, value));
    }
}
