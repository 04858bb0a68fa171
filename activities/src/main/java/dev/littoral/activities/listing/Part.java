package dev.littoral.activities.listing;

/**
 * A staged piece of a listing.
 *
 * @param key the key of the staged object
 * @param first its first path
 * @param files how many files it has, at least 1
 */
public record Part(String key, String first, int files) {}
