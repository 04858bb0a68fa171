package dev.littoral.activities.tablecatalog;

/** Where the newest metadata of one table is, asked of its catalog. Safe for use by many threads. */
@FunctionalInterface
public interface MetadataPointer {
    /** The longest address that is taken from a catalog: S3 has keys of 1,024 bytes, file systems paths of 4,096. */
    int MAX_LENGTH = 8192;

    /** Whether what a catalog says can be an address, so that it may be kept and named in a message. */
    static boolean isAddress(String location) {
        return !location.isEmpty()
                && location.length() <= MAX_LENGTH
                && location.chars().noneMatch(Character::isISOControl);
    }

    /**
     * The address of the table's metadata file now. One request.
     *
     * @throws dev.littoral.activities.failure.LittoralException when the catalog does not say, classified
     */
    String location() throws InterruptedException;
}
