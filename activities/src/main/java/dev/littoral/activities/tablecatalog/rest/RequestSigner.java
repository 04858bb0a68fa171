package dev.littoral.activities.tablecatalog.rest;

import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Signs requests to a catalog, whatever the credentials are. Safe for use by many threads. */
@FunctionalInterface
public interface RequestSigner {
    /**
     * The headers that sign a GET.
     *
     * @throws dev.littoral.activities.failure.LittoralException when there are no credentials, classified
     */
    Map<String, List<String>> sign(URI uri);

    /** Makes the signer that the settings of a catalog ask for. */
    @FunctionalInterface
    interface Factory {
        /**
         * A signer for a catalog.
         *
         * @throws dev.littoral.activities.failure.LittoralException INPUT when a setting is not right
         */
        RequestSigner of(TableCatalogSettings settings, URI base);
    }
}
