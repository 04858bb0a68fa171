package dev.littoral.starter.cli;

import dev.littoral.activities.storage.registry.StorageRegistry;
import dev.littoral.workflows.spec.CatalogTable;
import java.util.List;
import java.util.Locale;

/** The prefixes of sources that a worker may read. */
public final class AllowedSources {
    private static final String EXPECTED =
            "prefixes of URIs, like s3://bucket/prefix/ or file:///dir/ or iceberg:catalog/, or folders";

    private AllowedSources() {}

    /** Prefixes, each checked. */
    public static List<String> prefixes(SettingValue given) {
        return given.each().stream().map(AllowedSources::prefix).toList();
    }

    private static String prefix(SettingValue given) {
        String text = scheme(given.value());
        if (hasUserInfo(text)) {
            throw given.silentRefusal("a user or a secret in an address", EXPECTED);
        }
        return (CatalogTable.isAddress(text)
                        ? CatalogTable.allowedPrefix(text)
                        : StorageRegistry.addresses().allowedPrefix(text))
                .orElseThrow(() -> given.refusal(EXPECTED));
    }

    /** Schemes are alike in capitals; a source's is kept in small letters. */
    public static String scheme(String uri) {
        int end = uri.indexOf("://");
        return end < 0 ? uri : uri.substring(0, end).toLowerCase(Locale.ROOT) + uri.substring(end);
    }

    /** Whether an address may have a user or a secret in it. */
    public static boolean hasUserInfo(String uri) {
        int start = uri.indexOf("://");
        if (start < 0) {
            return false;
        }
        int slash = uri.indexOf('/', start + 3);
        return uri.substring(start + 3, slash < 0 ? uri.length() : slash).contains("@");
    }
}
