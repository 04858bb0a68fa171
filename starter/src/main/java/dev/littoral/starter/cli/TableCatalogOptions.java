package dev.littoral.starter.cli;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.workflows.spec.CatalogTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The catalogs of tables, put together from their addresses and their properties. Both may be secret by mistake, so no
 * message repeats either.
 */
public final class TableCatalogOptions {
    public static final String OPTION = "table-catalog";

    public static final String PROPERTY_OPTION = "table-catalog-property";

    public static final String LABEL = "<name>=<uri>";

    public static final String PROPERTY_LABEL = "<name>.<key>=<value>";

    public static final String HELP = "A catalog of Iceberg tables, for sources like iceberg:<name>/namespace.table:"
            + " the https:// address of a REST catalog, or a jdbc: URL. Can be given again. Default: none.";

    public static final String PROPERTY_HELP = "How it is asked, as Iceberg names it: warehouse, credential, token,"
            + " scope, rest.sigv4-enabled, jdbc.user and others. A secret is named by its place, file:/path or"
            + " env:NAME. Can be given again.";

    private static final Pattern PROPERTY = Pattern.compile("([^.=]+)\\.([A-Za-z0-9.-]{1,64})=(.*)", Pattern.DOTALL);

    private TableCatalogOptions() {}

    /** Each catalog once, and no property without its catalog. */
    public static List<TableCatalogSettings> catalogs(
            Optional<SettingValue> addresses, Optional<SettingValue> properties) {
        Map<String, String> uris = new TreeMap<>();
        for (SettingValue each : addresses.map(SettingValue::each).orElse(List.of())) {
            int equals = each.value().indexOf('=');
            String name = each.value().substring(0, Math.max(0, equals));
            if (!CatalogTable.isCatalog(name)) {
                throw each.silentRefusal(
                        "no catalog's name before an address",
                        "pairs like name=https://host/path or name=jdbc:postgresql://host/database, with a name of "
                                + CatalogTable.EXPECTED_CATALOG);
            }
            if (uris.put(name, each.value().substring(equals + 1).strip()) != null) {
                throw each.silentRefusal("catalog " + name + " twice", "each once");
            }
        }
        Map<String, Map<String, String>> values = new TreeMap<>();
        for (SettingValue each : properties.map(SettingValue::each).orElse(List.of())) {
            Matcher property = PROPERTY.matcher(each.value());
            if (!property.matches() || !CatalogTable.isCatalog(property.group(1))) {
                throw each.silentRefusal(
                        "what is no property of a catalog", "entries like name.warehouse=value, with commas between");
            }
            String name = property.group(1);
            if (!uris.containsKey(name)) {
                throw LittoralException.input(each.name() + " has a property of " + name
                        + ", which is no table catalog; expected --" + OPTION + " " + name + "=…");
            }
            if (values.computeIfAbsent(name, unused -> new TreeMap<>())
                            .put(property.group(2), property.group(3).strip())
                    != null) {
                throw each.silentRefusal("property " + name + "." + property.group(2) + " twice", "each once");
            }
        }
        return uris.entrySet().stream()
                .map(each -> new TableCatalogSettings(
                        each.getKey(), each.getValue(), values.getOrDefault(each.getKey(), Map.of())))
                .toList();
    }

    /** What the sources of catalogs start with, which are allowed where nothing else is said. */
    public static List<String> prefixes(List<TableCatalogSettings> catalogs) {
        return catalogs.stream()
                .map(each -> CatalogTable.SCHEME + each.name() + "/")
                .toList();
    }
}
