package dev.littoral.workflows.model;

/** The sentences of failures that damage of the catalog causes. They are told from those of other bad input by it. */
public final class CatalogDamage {
    private static final String OBJECT = "Catalog object ";

    private CatalogDamage() {}

    /** An object is not what was written. */
    public static String of(String object, String how) {
        return OBJECT + object + " is damaged: " + how;
    }

    /** An object is not there. */
    public static String missing(String object) {
        return OBJECT + object + " is missing; expected it to be there";
    }

    /** Versions are not there that an object was written for. */
    public static String lostVersions(String object, String how) {
        return OBJECT + object + " was written for " + how;
    }

    /** Whether damage of the catalog caused a failure. */
    public static boolean caused(FailureType type, String reason) {
        return type == FailureType.INPUT && reason != null && reason.startsWith(OBJECT);
    }
}
